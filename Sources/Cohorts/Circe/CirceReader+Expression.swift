// SPDX-License-Identifier: Apache-2.0
import Records

extension CirceReader {
    mutating func expression(_ value: StrictJSON) throws(Fault) -> CirceExpression {
        var expression = CirceExpression()
        var hasPrimary = false
        try members(value) { reader, key, value throws(Fault) in
            switch key {
            case "PrimaryCriteria":
                expression.primary = try reader.primary(value)
                hasPrimary = true
            case "ConceptSets":
                expression.conceptSets = try reader.array(value) { reader, value throws(Fault) in
                    try reader.conceptSet(value)
                }
            case "InclusionRules":
                expression.inclusionRules = try reader.array(value) {
                    reader, value throws(Fault) in
                    try reader.inclusionRule(value)
                }
            case "CensoringCriteria":
                expression.censoring = try reader.array(value) { reader, value throws(Fault) in
                    try reader.criterion(value)
                }
            default: try reader.setting(key, value, of: &expression)
            }
        }
        guard hasPrimary else { throw fault("PrimaryCriteria") }
        return expression
    }

    private mutating func setting(
        _ key: String, _ value: StrictJSON, of expression: inout CirceExpression
    ) throws(Fault) {
        switch key {
        case "Title": expression.title = try string(value)
        case "cdmVersionRange": expression.modelVersions = try string(value)
        case "AdditionalCriteria": expression.additional = try group(value)
        case "QualifiedLimit": expression.qualifiedLimit = try limit(value)
        case "ExpressionLimit": expression.expressionLimit = try limit(value)
        case "EndStrategy": expression.endStrategy = try endStrategy(value)
        case "CollapseSettings": expression.eraPad = try eraPad(value)
        case "CensorWindow": expression.censorWindow = try period(value)
        default: throw fault(nil)
        }
    }

    private mutating func primary(_ value: StrictJSON) throws(Fault) -> Circe.PrimaryCriteria {
        var primary = Circe.PrimaryCriteria()
        try members(value) { reader, key, value throws(Fault) in
            switch key {
            case "CriteriaList":
                primary.criteria = try reader.array(value) { reader, value throws(Fault) in
                    try reader.criterion(value)
                }
            case "ObservationWindow":
                try reader.members(value) { reader, key, value throws(Fault) in
                    switch key {
                    case "PriorDays": primary.priorDays = try reader.integer(value)
                    case "PostDays": primary.postDays = try reader.integer(value)
                    default: throw reader.fault(nil)
                    }
                }
            case "PrimaryCriteriaLimit": primary.limit = try reader.limit(value)
            default: throw reader.fault(nil)
            }
        }
        return primary
    }

    private mutating func limit(_ value: StrictJSON) throws(Fault) -> Circe.Limit {
        var limit = Circe.Limit.first
        try members(value) { reader, key, value throws(Fault) in
            guard key == "Type" else { throw reader.fault(nil) }
            let name = try reader.string(value).lowercased()
            let found = Circe.Limit.allCases.first { $0.rawValue.lowercased() == name }
            guard let found else { throw reader.fault("All, First or Last") }
            limit = found
        }
        return limit
    }

    private mutating func eraPad(_ value: StrictJSON) throws(Fault) -> Int {
        var pad = 0
        try members(value) { reader, key, value throws(Fault) in
            switch key {
            case "EraPad": pad = try reader.integer(value)
            case "CollapseType":
                guard try reader.string(value).uppercased() == "ERA" else {
                    throw reader.fault(nil)
                }
            default: throw reader.fault(nil)
            }
        }
        return pad
    }

    private mutating func conceptSet(_ value: StrictJSON) throws(Fault) -> Circe.ConceptSet {
        var id: Int?
        var set = Circe.ConceptSet(id: 0, name: "", items: [])
        try members(value) { reader, key, value throws(Fault) in
            switch key {
            case "id": id = try reader.integer(value)
            case "name": set.name = try reader.string(value)
            case "expression":
                try reader.members(value) { reader, key, value throws(Fault) in
                    guard key == "items" else { throw reader.fault(nil) }
                    set.items = try reader.array(value) { reader, value throws(Fault) in
                        try reader.conceptSetItem(value)
                    }
                }
            default: throw reader.fault(nil)
            }
        }
        guard let id else { throw fault("a concept set with a number in id") }
        set.id = id
        return set
    }

    private mutating func conceptSetItem(
        _ value: StrictJSON
    ) throws(Fault) -> Circe.ConceptSetItem {
        var item: Circe.ConceptSetItem?
        var isExcluded = false
        var includesDescendants = false
        var includesMapped = false
        try members(value) { reader, key, value throws(Fault) in
            switch key {
            case "concept": item = Circe.ConceptSetItem(concept: try reader.concept(value))
            case "isExcluded": isExcluded = try reader.flag(value)
            case "includeDescendants": includesDescendants = try reader.flag(value)
            case "includeMapped": includesMapped = try reader.flag(value)
            default: throw reader.fault(nil)
            }
        }
        guard var item else { throw fault("an item with a concept") }
        item.isExcluded = isExcluded
        item.includesDescendants = includesDescendants
        item.includesMapped = includesMapped
        return item
    }

    private mutating func inclusionRule(
        _ value: StrictJSON
    ) throws(Fault) -> Circe.InclusionRule {
        var rule = Circe.InclusionRule(name: "", expression: Circe.Group(.all))
        try members(value) { reader, key, value throws(Fault) in
            switch key {
            case "name": rule.name = try reader.string(value)
            case "description": rule.description = try reader.string(value)
            case "expression": rule.expression = try reader.group(value)
            default: throw reader.fault(nil)
            }
        }
        return rule
    }

    private mutating func endStrategy(_ value: StrictJSON) throws(Fault) -> Circe.EndStrategy? {
        var strategy: Circe.EndStrategy?
        try members(value) { reader, key, value throws(Fault) in
            guard strategy == nil else { throw reader.fault("one end strategy") }
            switch key {
            case "DateOffset": strategy = try reader.dateOffset(value)
            case "CustomEra": strategy = try reader.customEra(value)
            default: throw reader.fault(nil)
            }
        }
        return strategy
    }

    private mutating func dateOffset(_ value: StrictJSON) throws(Fault) -> Circe.EndStrategy {
        var field = Circe.DateField.start
        var days = 0
        try members(value) { reader, key, value throws(Fault) in
            switch key {
            case "DateField":
                guard let found = Circe.DateField(rawValue: try reader.string(value)) else {
                    throw reader.fault("StartDate or EndDate")
                }
                field = found
            case "Offset": days = try reader.integer(value)
            default: throw reader.fault(nil)
            }
        }
        return .offset(from: field, days: days)
    }

    private mutating func customEra(_ value: StrictJSON) throws(Fault) -> Circe.EndStrategy {
        var set: Int?
        var gapDays = 0
        var offset = 0
        var daysSupply: Int?
        try members(value) { reader, key, value throws(Fault) in
            switch key {
            case "DrugCodesetId": set = try reader.integer(value)
            case "GapDays": gapDays = try reader.integer(value)
            case "Offset": offset = try reader.integer(value)
            case "DaysSupplyOverride": daysSupply = try reader.integer(value)
            default: throw reader.fault(nil)
            }
        }
        guard let set else { throw fault("DrugCodesetId") }
        return .drugEra(
            conceptSet: set, gapDays: gapDays, offset: offset, daysSupply: daysSupply)
    }
}

// SPDX-License-Identifier: Apache-2.0
import Records

extension CirceEngine {
    /// Removes the rows that do not meet an attribute; a value that is not stated meets none.
    mutating func filter(
        _ chosen: inout [Int], by attribute: Circe.Attribute, of criterion: Circe.Criterion,
        _ rows: ClinicalRows, _ dates: CirceDates
    ) {
        switch attribute.test {
        case .dates(let range):
            // Circe compares a drug exposure's start here, whichever of its dates is asked for.
            let usesStart = attribute.field == .startDate || criterion.table == .drugExposure
            let days = usesStart ? dates.start : dates.end
            chosen.removeAll { !range.holds(days[$0]) }
        case .numbers(let range):
            filterNumbers(&chosen, attribute.field, range, of: criterion, rows, dates)
        case .concepts(let concepts, let isExcluded):
            guard !concepts.isEmpty else { return }
            let set = Set(concepts.map(\.id))
            filterConcepts(&chosen, attribute.field, set, isExcluded, criterion.table, rows)
        case .conceptSet(let id, let isExcluded):
            let set = concepts(id)
            filterConcepts(&chosen, attribute.field, set, isExcluded, criterion.table, rows)
        case .text(let filter):
            guard let column = attribute.field.columns(criterion.table).first,
                let values = rows.attributes[column]
            else { return chosen = [] }
            let pattern = CirceTextPattern(filter)
            chosen.removeAll {
                values[$0] == EventAttribute.missing || !pattern.holds(source.text(values[$0]))
            }
        case .period(let period):
            for day in [period.start, period.end].compactMap({ $0?.number }) {
                chosen.removeAll {
                    dates.end[$0] == ClinicalRows.noEnd || dates.start[$0] > day
                        || dates.end[$0] < day
                }
            }
        case .holds: filterAbnormal(&chosen, rows)
        }
    }

    private func filterNumbers(
        _ chosen: inout [Int], _ field: Circe.Field, _ range: Circe.NumericRange,
        of criterion: Circe.Criterion, _ rows: ClinicalRows, _ dates: CirceDates
    ) {
        func ages(_ days: [Int32]) {
            let test = CirceNumberTest(range, isWhole: true)
            chosen.removeAll {
                guard let age = people.age(rows.subject[$0], at: days[$0]) else { return true }
                return !test.holds(Double(age))
            }
        }
        switch field {
        case .age: ages(criterion.table == .visitDetail ? dates.end : dates.start)
        case .ageAtStart: ages(dates.start)
        case .ageAtEnd: ages(dates.end)
        case .length:
            let test = CirceNumberTest(range, isWhole: true)
            chosen.removeAll {
                dates.end[$0] == ClinicalRows.noEnd
                    || !test.holds(Double(dates.end[$0]) - Double(dates.start[$0]))
            }
        case .rangeLowRatio, .rangeHighRatio:
            let bound = field == .rangeLowRatio ? EventAttribute.rangeLow : .rangeHigh
            guard let values = rows.attributes[.valueNumber], let bounds = rows.attributes[bound]
            else { return chosen = [] }
            let test = CirceNumberTest(range, isWhole: false)
            chosen.removeAll {
                guard let value = decimal(values[$0]), let bound = decimal(bounds[$0]), bound != 0
                else { return true }
                return !test.holds(value / bound)
            }
        default:
            guard let column = field.columns(criterion.table).first,
                let values = rows.attributes[column]
            else { return chosen = [] }
            let test = CirceNumberTest(
                field == .gapDays ? criterion.gapRange(range) : range,
                isWhole: field.isWhole(criterion.table))
            chosen.removeAll {
                guard values[$0] != EventAttribute.missing else { return true }
                let value =
                    column.isDecimal
                    ? Double(bitPattern: UInt64(bitPattern: values[$0])) : Double(values[$0])
                return !test.holds(value)
            }
        }
    }

    private mutating func filterConcepts(
        _ chosen: inout [Int], _ field: Circe.Field, _ set: Set<UInt32>, _ isExcluded: Bool,
        _ table: ClinicalTable, _ rows: ClinicalRows
    ) {
        switch field {
        case .gender:
            chosen.removeAll {
                set.contains(people.gender[Int(rows.subject[$0])]) == isExcluded
            }
        case .visitConcept:
            guard let visit = rows.attributes[.visit] else { return chosen = [] }
            let visits = visitConcepts()
            chosen.removeAll {
                guard let concept = visits[visit[$0]] else { return true }
                return set.contains(concept) == isExcluded
            }
        default:
            guard let column = field.columns(table).first, let values = rows.attributes[column]
            else { return chosen = [] }
            chosen.removeAll {
                guard let concept = UInt32(exactly: values[$0]) else { return true }
                return set.contains(concept) == isExcluded
            }
        }
    }

    private func filterAbnormal(_ chosen: inout [Int], _ rows: ClinicalRows) {
        func column(_ attribute: EventAttribute) -> [Int64] { rows.attributes[attribute] ?? [] }
        let values = column(.valueNumber)
        let lows = column(.rangeLow)
        let highs = column(.rangeHigh)
        let concepts = column(.valueConcept)
        chosen.removeAll { row in
            func at(_ column: [Int64]) -> Double? {
                row < column.count ? decimal(column[row]) : nil
            }
            if let value = at(values) {
                if let low = at(lows), value < low { return false }
                if let high = at(highs), value > high { return false }
            }
            // SNOMED's "high" and "low".
            return row >= concepts.count
                || (concepts[row] != 4_155_142 && concepts[row] != 4_155_143)
        }
    }

    private func decimal(_ raw: Int64) -> Double? {
        raw == EventAttribute.missing ? nil : Double(bitPattern: UInt64(bitPattern: raw))
    }

    /// Which events' persons meet demographic conditions at the time of the event.
    mutating func holds(_ demographics: Circe.Demographics, _ events: CirceEvents) -> [Bool] {
        var flags = [Bool](repeating: true, count: events.count)
        for attribute in demographics.attributes {
            switch attribute.test {
            case .numbers(let range):
                let test = CirceNumberTest(range, isWhole: true)
                for index in flags.indices where flags[index] {
                    let age = people.age(events.subject[index], at: events.start[index])
                    flags[index] = age.map { test.holds(Double($0)) } ?? false
                }
            case .dates(let range):
                let days = attribute.field == .startDate ? events.start : events.end
                for index in flags.indices where flags[index] {
                    flags[index] = range.holds(days[index])
                }
            case .concepts(let concepts, let isExcluded) where !concepts.isEmpty:
                let set = Set(concepts.map(\.id))
                restrict(&flags, attribute.field, set, isExcluded, events)
            case .conceptSet(let id, let isExcluded):
                restrict(&flags, attribute.field, concepts(id), isExcluded, events)
            case .concepts, .text, .period, .holds: continue
            }
        }
        return flags
    }

    private func restrict(
        _ flags: inout [Bool], _ field: Circe.Field, _ set: Set<UInt32>, _ isExcluded: Bool,
        _ events: CirceEvents
    ) {
        let column =
            switch field {
            case .race: people.race
            case .ethnicity: people.ethnicity
            default: people.gender
            }
        for index in flags.indices where flags[index] {
            flags[index] = set.contains(column[Int(events.subject[index])]) != isExcluded
        }
    }
}

extension Circe.Criterion {
    /// Circe compares the days of gaps to the range stated for the era's length, where there is
    /// one.
    fileprivate func gapRange(_ stated: Circe.NumericRange) -> Circe.NumericRange {
        for attribute in attributes where attribute.field == .length {
            if case .numbers(let range) = attribute.test { return range }
        }
        return stated
    }
}

/// A numeric condition with its numbers as Circe's SQL spells them.
struct CirceNumberTest {
    private let comparison: Circe.Comparison
    private let value: Double
    private let extent: Double

    /// - Parameter isWhole: decimals of the condition are cut off; otherwise four are kept.
    init(_ range: Circe.NumericRange, isWhole: Bool) {
        func spelt(_ number: Double?) -> Double {
            let number = number ?? .nan
            return isWhole ? number.rounded(.towardZero) : (number * 10_000).rounded() / 10_000
        }
        comparison = range.comparison
        value = spelt(range.value)
        extent = spelt(range.extent)
    }

    func holds(_ number: Double) -> Bool {
        switch comparison {
        case .less: number < value
        case .lessOrEqual: number <= value
        case .equal: number == value
        case .notEqual: number != value
        case .greater: number > value
        case .greaterOrEqual: number >= value
        case .between: number >= value && number <= extent
        case .notBetween: !(number >= value && number <= extent)
        }
    }
}

extension Circe.DateRange {
    /// Whether a day meets the condition; no day does not.
    func holds(_ day: Int32) -> Bool {
        guard day != ClinicalRows.noEnd, let value = value?.number else { return false }
        let extent = extent?.number ?? value
        switch comparison {
        case .less: return day < value
        case .lessOrEqual: return day <= value
        case .equal: return day == value
        case .notEqual: return day != value
        case .greater: return day > value
        case .greaterOrEqual: return day >= value
        case .between: return day >= value && day <= extent
        case .notBetween: return !(day >= value && day <= extent)
        }
    }
}

/// SQL's LIKE for a text condition: `%` and `_` in its text stand for any text and any character.
struct CirceTextPattern {
    private let pattern: [Character]
    private let isNegated: Bool

    init(_ filter: Circe.TextFilter) {
        let text = filter.text ?? ""
        let before = filter.match == .endsWith || filter.match == .contains ? "%" : ""
        let after = filter.match == .startsWith || filter.match == .contains ? "%" : ""
        pattern = Array(before + text + after)
        isNegated = filter.isNegated
    }

    func holds(_ text: String) -> Bool { matches(Array(text)) != isNegated }

    /// Greedy matching that goes back to the last `%` on a mismatch.
    private func matches(_ text: [Character]) -> Bool {
        var at = 0
        var next = 0
        var wildcard: (pattern: Int, text: Int)?
        while at < text.count {
            if next < pattern.count, pattern[next] == "%" {
                wildcard = (next, at)
                next += 1
            } else if next < pattern.count, pattern[next] == "_" || pattern[next] == text[at] {
                at += 1
                next += 1
            } else if let last = wildcard {
                at = last.text + 1
                next = last.pattern + 1
                wildcard = (last.pattern, at)
            } else {
                return false
            }
        }
        return pattern[next...].allSatisfy { $0 == "%" }
    }
}

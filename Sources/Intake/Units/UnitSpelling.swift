// SPDX-License-Identifier: Apache-2.0

/// What kind of quantity a unit measures: numbers convert within one kind only.
enum UnitKind: Hashable, Sendable {
    /// Base g/L.
    case massConcentration
    /// Base mol/L.
    case substanceConcentration
    /// Base eq/L (charge).
    case equivalentConcentration
    /// Base 1/L.
    case numberConcentration
    /// Enzyme units and international units, base U/L; a test uses one or the other.
    case unitConcentration
    /// Base 1.
    case fraction
    /// Base mol/mol; told from a fraction because HbA1c in mmol/mol is not a share in percent.
    case substanceRatio
    /// Base g/g.
    case massRatio
    /// Base g/mol.
    case massPerSubstance
    /// Base g.
    case mass
    /// Base m.
    case length
    /// Base L.
    case volume
    /// Base Pa.
    case pressure
    /// Base 1/min.
    case rate
    /// Base s.
    case time
    /// Kelvin after an offset, see `UnitDefinition.offset`.
    case temperature
    /// Base kg/m2.
    case massPerArea
    /// Base mL/min/1.73 m2.
    case clearance
    /// Base mm/h.
    case sedimentation
    /// Base pH.
    case acidity
}

/// A unit: its UCUM code, and `base = (number + offset) x scale` in the base unit of its kind.
struct UnitDefinition: Hashable, Sendable {
    var ucum: String
    var kind: UnitKind
    var scale: Double
    var offset = 0.0
}

/// Finds the unit a text means, in any of its usual spellings.
///
/// Case, white space and the two micro signs make no difference: no two units of the table differ
/// in these alone. Prefixes and exact conversions are those of UCUM (ucum.org, version 2.1).
enum UnitSpelling {
    /// The unit of a text; nil for one the table does not have.
    static func unit(_ text: String) -> UnitDefinition? {
        table[folded(text)]
    }

    /// Small letters without spaces, `u` for both micro signs, `*` for `^` and `x10`.
    static func folded(_ text: String) -> String {
        var result = ""
        for character in text.lowercased() {
            switch character {
            case " ", "\u{A0}", "\t": continue
            case "\u{B5}", "\u{3BC}": result.append("u")
            case "^": result.append("*")
            case "\u{D7}": result.append("x")
            case "\u{B2}": result.append("2")
            case "\u{B3}": result.append("3")
            case "\u{2079}": result.append("*9")
            case "\u{B0}": result.append("deg")
            default: result.append(character)
            }
        }
        if result.hasPrefix("x10") { result.removeFirst() }
        return result
    }

    private static let table: [String: UnitDefinition] = makeTable()

    private static func makeTable() -> [String: UnitDefinition] {
        var table: [String: UnitDefinition] = [:]
        func add(_ unit: UnitDefinition, _ spellings: [String]) {
            for spelling in [unit.ucum] + spellings { table[folded(spelling)] = unit }
        }
        addConcentrations(add)
        addCounts(add)
        addRatios(add)
        addPhysical(add)
        return table
    }

    private typealias Adding = (UnitDefinition, [String]) -> Void

    private static let prefixes: [(String, Double)] = [
        ("", 1), ("m", 1e-3), ("u", 1e-6), ("n", 1e-9), ("p", 1e-12), ("f", 1e-15),
    ]
    private static let volumes: [(name: String, litres: Double, others: [String])] = [
        ("L", 1, ["l", "liter", "litre"]), ("dL", 0.1, ["100ml", "100 ml"]),
        ("mL", 1e-3, ["cc", "cm3"]), ("uL", 1e-6, ["mcl", "mm3", "cumm"]),
    ]

    /// The prefix as older OMOP vocabularies write it, such as `10*-3.[iU]/L`.
    private static func power(_ prefix: String) -> [String] {
        switch prefix {
        case "k": ["10*3"]
        case "m": ["10*-3"]
        case "u": ["10*-6"]
        default: []
        }
    }

    private static func addConcentrations(_ add: Adding) {
        for (prefix, scale) in prefixes {
            for (volume, litres, others) in volumes {
                func spellings(_ numerators: [String]) -> [String] {
                    numerators.flatMap { top in ([volume] + others).map { "\(top)/\($0)" } }
                }
                let micro = prefix == "u"
                add(
                    UnitDefinition(
                        ucum: "\(prefix)g/\(volume)", kind: .massConcentration,
                        scale: scale / litres),
                    spellings(["\(prefix)g", "\(prefix)gm"] + (micro ? ["mcg"] : [])))
                add(
                    UnitDefinition(
                        ucum: "\(prefix)mol/\(volume)", kind: .substanceConcentration,
                        scale: scale / litres),
                    spellings(["\(prefix)mol", "\(prefix)mole"] + (micro ? ["mcmol"] : [])))
                add(
                    UnitDefinition(
                        ucum: "\(prefix)eq/\(volume)", kind: .equivalentConcentration,
                        scale: scale / litres),
                    spellings(
                        ["\(prefix)eq", "\(prefix)val"] + power(prefix).map { "\($0).eq" }))
            }
        }
        add(
            UnitDefinition(ucum: "mg/dL", kind: .massConcentration, scale: 1e-2),
            ["mg%", "mg/100ml", "mgs/dl"])
        let unitPrefixes: [(String, Double)] = [("k", 1e3)] + prefixes.prefix(4)
        for (prefix, scale) in unitPrefixes {
            for (volume, litres, others) in volumes {
                let below = [volume] + others
                func spell(_ tops: [String]) -> [String] {
                    tops.flatMap { top in below.map { "\(top)/\($0)" } }
                }
                add(
                    UnitDefinition(
                        ucum: "\(prefix)U/\(volume)", kind: .unitConcentration,
                        scale: scale / litres),
                    spell(
                        ["\(prefix)unit", "\(prefix)units", "\(prefix)[U]"]
                            + power(prefix).map { "\($0).[U]" }))
                add(
                    UnitDefinition(
                        ucum: "\(prefix)[IU]/\(volume)", kind: .unitConcentration,
                        scale: scale / litres),
                    spell(["\(prefix)iu"] + power(prefix).map { "\($0).[iU]" }))
            }
            // 1 kat = 1 mol/s and 1 U = 1 umol/min, so 1 kat = 6e7 U.
            add(
                UnitDefinition(
                    ucum: "\(prefix)kat/L", kind: .unitConcentration, scale: scale * 6e7), [])
        }
    }

    private static func addCounts(_ add: Adding) {
        let powers: [(Int, [String])] = [
            (3, ["k", "thou", "thousand", "th", "x1000", "1000"]),
            (6, ["m", "mil", "mill", "million", "x1000000"]), (9, ["giga"]), (12, ["tera"]),
        ]
        for (volume, litres, others) in volumes {
            add(
                UnitDefinition(
                    ucum: "/\(volume)", kind: .numberConcentration, scale: 1 / litres),
                (["\(volume)"] + others).flatMap {
                    ["/\($0)", "cells/\($0)", "{cells}/\($0)", "#/\($0)", "{#}/\($0)", "1/\($0)"]
                })
            for (power, words) in powers {
                var scale = 1.0
                for _ in 0..<power { scale *= 10 }
                // Letters for thousand and million stand before microlitres only: G/L is grams.
                let tops =
                    [
                        "10*\(power)", "10e\(power)", "10e+\(power)", "1e\(power)", "10\(power)",
                        "e\(power)",
                    ]
                    + (volume == "uL" ? words : [])
                add(
                    UnitDefinition(
                        ucum: "10*\(power)/\(volume)", kind: .numberConcentration,
                        scale: scale / litres),
                    ([volume] + others).flatMap { below in tops.map { "\($0)/\(below)" } })
            }
        }
    }

    private static func addRatios(_ add: Adding) {
        add(
            UnitDefinition(ucum: "%", kind: .fraction, scale: 0.01),
            [
                "percent", "pct", "% of total", "%{hb}", "%{ofhemoglobin}", "%{total}", "%hb",
                "%{hba1c}",
            ])
        add(
            UnitDefinition(ucum: "1", kind: .fraction, scale: 1),
            ["l/l", "{fraction}", "ratio", "{ratio}", "{inr}", "inr", "fraction"])
        add(
            UnitDefinition(ucum: "mmol/mol", kind: .substanceRatio, scale: 1e-3),
            ["mmol/mol{hb}", "mmol/molhb"])
        add(
            UnitDefinition(ucum: "mg/g", kind: .massRatio, scale: 1e-3),
            ["mg/g{creat}", "mg/gcreat", "mg/g{creatinine}", "mg/gcreatinine", "ug/mg", "mcg/mg"])
        add(UnitDefinition(ucum: "ug/g", kind: .massRatio, scale: 1e-6), ["mcg/g", "ug/g{creat}"])
        add(
            UnitDefinition(ucum: "mg/mmol", kind: .massPerSubstance, scale: 1),
            ["mg/mmol{creat}", "mg/mmolcreat", "g/mol"])
    }

    private static func addPhysical(_ add: Adding) {
        // UCUM: [lb_av] = 16 [oz_av], [oz_av] = 28.349523125 g; [in_i] = 2.54 cm.
        let pound = 16 * 28.349523125
        let physical: [(String, UnitKind, Double, [String])] = [
            ("kg", .mass, 1000, ["kgs", "kilogram", "kilograms"]),
            ("g", .mass, 1, ["gm", "grams"]),
            ("[lb_av]", .mass, pound, ["lb", "lbs", "pound", "pounds", "[lb]", "[lb_us]"]),
            ("[oz_av]", .mass, 28.349523125, ["oz", "ounce", "ounces"]),
            ("pg", .mass, 1e-12, ["pg/cell", "picograms", "pg/{cell}"]),
            ("m", .length, 1, ["meter", "meters"]), ("cm", .length, 0.01, ["cms", "centimeters"]),
            ("mm", .length, 1e-3, []),
            ("[in_i]", .length, 0.0254, ["in", "inch", "inches", "[in_us]", "[in]"]),
            ("[ft_i]", .length, 0.3048, ["ft", "feet", "[ft_us]"]),
            ("fL", .volume, 1e-15, ["um3", "femtoliter", "fl/cell", "um*3"]),
            // UCUM: m[Hg] = 133.3220 kPa.
            ("mm[Hg]", .pressure, 133.322, ["mmhg", "mm hg", "torr"]),
            ("kPa", .pressure, 1000, []),
            (
                "/min", .rate, 1,
                [
                    "bpm", "beats/min", "{beats}/min", "breaths/min", "{breaths}/min", "1/min",
                    "min-1", "permin", "{heartbeats}/min", "{counts}/min", "beats/minute",
                    "insp/min",
                ]
            ),
            ("s", .time, 1, ["sec", "secs", "second", "seconds"]),
            ("kg/m2", .massPerArea, 1, ["kg/m*2", "kg/sqm"]),
            (
                "mL/min/{1.73_m2}", .clearance, 1,
                [
                    "ml/min/1.73m2", "ml/min/1.73", "ml/min/1.73m*2", "ml/min/{1.73m2}",
                    "ml/min/{1.73}", "mL/min/1.73.m2", "ml/min/1.73sqm", "ml/min/{1.73}m",
                ]
            ),
            ("mm/h", .sedimentation, 1, ["mm/hr", "mm/1hr", "mm/hour"]),
            ("pH", .acidity, 1, ["[ph]", "phunits", "{ph}"]),
        ]
        for (ucum, kind, scale, others) in physical {
            add(UnitDefinition(ucum: ucum, kind: kind, scale: scale), others)
        }
        add(
            UnitDefinition(ucum: "Cel", kind: .temperature, scale: 1, offset: 273.15),
            ["c", "degc", "[degc]", "celsius", "degcelsius", "deg.c", "degreescelsius"])
        // 0 [degF] lies 459.67 steps of 5/9 K above absolute zero.
        add(
            UnitDefinition(ucum: "[degF]", kind: .temperature, scale: 5.0 / 9, offset: 459.67),
            ["f", "degf", "fahrenheit", "degfahrenheit", "deg.f", "degreesfahrenheit"])
        add(UnitDefinition(ucum: "K", kind: .temperature, scale: 1), ["kelvin"])
    }
}

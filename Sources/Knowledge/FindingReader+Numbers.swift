// SPDX-License-Identifier: Apache-2.0

/// Reads numbers with their units, and words that stand for them.
enum MeasuredText {
    private static let between: Set<String> = [
        "of", "is", "was", "at", "are", "level", "levels", "count", "measured", "reading", "to",
        "around", "about", "approximately", "serum", "total", "blood", "currently", "rate", ":",
        "=", "(", "were", "value", "s", "concentration", "found", "be", "noted", "recorded", "now",
    ]

    /// The number after position `end`, in the finding's unit; two for a blood pressure; none where
    /// a word intervenes, a range is given, or the unit isn't known.
    static func numbers(
        after end: Int, _ tokens: [TextToken], _ text: String, _ finding: Catalogue.Finding
    ) -> [Double] {
        var position = end
        while position < tokens.count, position < end + 6, between.contains(tokens[position].text) {
            position += 1
        }
        guard position < tokens.count, let first = tokens[position].number else { return [] }
        func mark(_ offset: Int) -> String? {
            position + offset < tokens.count && tokens[position + offset].isMark
                ? tokens[position + offset].text : nil
        }
        if mark(1) == "-" { return [] }
        if finding.id == "systolic-bp", mark(1) == "/", position + 2 < tokens.count,
            let second = tokens[position + 2].number
        {
            let pair = [first, second]
            return (30...320).contains(first) && (10...220).contains(second) ? pair : []
        }
        let unit = written(text, from: tokens[position].end)
        guard let value = MeasuredUnits.value(first, unit, finding), value.isFinite,
            plausible(finding).contains(value)
        else { return [] }
        return [value]
    }

    /// What follows the number up to a comma: words in small letters, one sign for "micro".
    private static func written(_ text: String, from offset: Int) -> [String] {
        let utf8 = text.utf8
        guard let start = utf8.index(utf8.startIndex, offsetBy: offset, limitedBy: utf8.endIndex)
        else { return [] }
        var words = [""]
        for character in text[start...].prefix(32) {
            if character == "," || character == ";" || character.isNewline { break }
            if character.isWhitespace {
                if words.last != "" { words.append("") }
            } else if !"^*×°º[]".contains(character) {
                words[words.count - 1] +=
                    character == "μ" || character == "µ" ? "u" : character.lowercased()
            }
        }
        return words.filter { !$0.isEmpty }
    }

    private static func plausible(_ finding: Catalogue.Finding) -> ClosedRange<Double> {
        switch finding.id {
        case "temperature": 25...45
        case "heart-rate": 10...350
        case "respiratory-rate": 3...120
        case "systolic-bp": 30...320
        case "diastolic-bp": 10...220
        case "oxygen-saturation": 30...100
        case "ph": 6.5...8
        default: 0...1e7
        }
    }

    /// The outcome that a word beside the phrase tells: two words before it, or five after.
    static func word(around phrase: Range<Int>, _ tokens: [TextToken]) -> Int? {
        for index in stride(from: phrase.lowerBound - 1, through: phrase.lowerBound - 2, by: -1) {
            guard tokens.indices.contains(index), !tokens[index].isMark else { break }
            if let outcome = outcomes[tokens[index].text] { return outcome }
        }
        var outcome: Int?
        for token in tokens[phrase.upperBound..<min(phrase.upperBound + 5, tokens.count)] {
            if token.endsSentence || [",", "not", "with", "and", "or", "but"].contains(token.text) {
                break
            }
            outcome = outcomes[token.text]
            if outcome != nil || token.number != nil { break }
        }
        return outcome
    }

    private static let outcomes: [String: Int] = [
        "low": 0, "decreased": 0, "reduced": 0, "diminished": 0, "depressed": 0,
        "normal": 1, "unremarkable": 1,
        "high": 2, "elevated": 2, "raised": 2, "increased": 2,
    ]
}

/// Units as they are written, and what to multiply with to get the catalogue's.
enum MeasuredUnits {
    /// Molar masses and ionic charges behind the factors are the textbook ones: glucose 180.16,
    /// creatinine 113.12, urea nitrogen 28.01, bilirubin 584.66, calcium 40.08, urate 168.11,
    /// cholesterol 386.65, haemoglobin subunit 16114, lactate 90.08, thyroxine 776.87, cortisol
    /// 362.46, cobalamin 1355.4 g/mol.
    static func value(
        _ number: Double, _ written: [String], _ finding: Catalogue.Finding
    ) -> Double? {
        if finding.id == "temperature" { return celsius(number, written) }
        for (unit, factor) in special[finding.id] ?? [] where stands(unit, written) {
            return rounded(number * factor)
        }
        for (unit, factor) in general[finding.unit ?? ""] ?? [] where stands(unit, written) {
            return rounded(number * factor)
        }
        let first = written.first ?? ""
        let isOtherUnit =
            first.contains("/") || (first.hasPrefix("%") && finding.unit != "%")
            || otherUnits.contains(first)
        return withoutUnit.contains(finding.id) && !isOtherUnit ? number : nil
    }

    private static func celsius(_ number: Double, _ written: [String]) -> Double? {
        let isFahrenheit = stands("f", written) || stands("fahrenheit", written)
        let isCelsius = stands("c", written) || stands("celsius", written)
        // Without a unit, no living patient is above 45 degrees Celsius.
        guard isFahrenheit || (!isCelsius && number > 45) else { return number }
        let celsius = (number - 32) / 1.8
        return (celsius * 10).rounded() / 10
    }

    /// 8,300 times 0.001 is 8.3, not 8.3000000000000007.
    private static func rounded(_ value: Double) -> Double {
        abs(value) < 1e9 ? (value * 1e6).rounded() / 1e6 : value
    }

    /// The first word, or the first few together ("mm Hg", "x 10^9 /L"), begin with the unit, and
    /// the unit doesn't go on.
    private static func stands(_ unit: String, _ written: [String]) -> Bool {
        var joined = ""
        for word in written.prefix(5) {
            joined += word
            guard joined.hasPrefix(unit) else { continue }
            guard let after = joined.dropFirst(unit.count).first else { return true }
            if unit.last?.isLetter == false || !(after.isLetter && after.isASCII) && after != "/" {
                return true
            }
        }
        return false
    }

    private static let otherUnits: Set<String> = [
        "mg", "g", "kg", "lb", "cm", "mm", "m", "ml", "l", "kpa", "hours", "days", "weeks",
        "months", "years", "x",
    ]

    private static let withoutUnit: Set<String> = [
        "heart-rate", "respiratory-rate", "systolic-bp", "diastolic-bp", "oxygen-saturation",
        "inr", "ph", "sodium", "potassium", "chloride", "bicarbonate", "bmi",
    ]

    private static let general: [String: [(String, Double)]] = [
        "/min": [
            ("/min", 1), ("/minute", 1), ("bpm", 1), ("beats/min", 1), ("beats/minute", 1),
            ("beatsperminute", 1), ("breaths/min", 1), ("breaths/minute", 1),
            ("breathsperminute", 1), ("perminute", 1), ("permin", 1),
        ],
        "mm[Hg]": [("mmhg", 1), ("kpa", 7.50062)],
        "%": [("%", 1), ("percent", 1)],
        "g/dL": [("g/dl", 1), ("gm/dl", 1), ("g/l", 0.1), ("g%", 1)],
        "10*3/uL": [
            ("/mm3", 0.001), ("/mm³", 0.001), ("/ul", 0.001), ("/mcl", 0.001), ("cells/mm3", 0.001),
            ("cells/mm³", 0.001), ("cells/ul", 0.001), ("cells/mcl", 0.001), ("/cumm", 0.001),
            ("x103/ul", 1), ("x103/mm3", 1), ("103/ul", 1), ("x10³/ul", 1), ("10³/ul", 1),
            ("k/ul", 1), ("x109/l", 1), ("x10⁹/l", 1), ("109/l", 1), ("10⁹/l", 1),
            ("thousand/ul", 1), ("k/mm3", 1),
        ],
        "mmol/L": [("mmol/l", 1), ("meq/l", 1)],
        "mg/dL": [("mg/dl", 1), ("mg%", 1), ("mg/l", 0.1)],
        "U/L": [("u/l", 1), ("iu/l", 1), ("units/l", 1), ("units/liter", 1)],
        "mg/L": [("mg/l", 1), ("mg/dl", 10)],
        "mm/h": [("mm/h", 1), ("mm/hr", 1), ("mm/hour", 1), ("mminthefirsthour", 1)],
        "ng/mL": [("ng/ml", 1), ("ug/l", 1), ("mcg/l", 1)],
        "ng/mL{FEU}": [
            ("ng/ml", 1), ("ug/ml", 1000), ("mg/l", 1000), ("ug/l", 1), ("mcg/ml", 1000),
        ],
        "pg/mL": [("pg/ml", 1), ("ng/l", 1)],
        "m[IU]/L": [
            ("mu/l", 1), ("miu/l", 1), ("uu/ml", 1), ("uiu/ml", 1), ("mcu/ml", 1), ("mciu/ml", 1),
        ],
        "ng/dL": [("ng/dl", 1)],
        "ug/dL": [("ug/dl", 1), ("mcg/dl", 1)],
        "fL": [("fl", 1), ("um3", 1), ("um³", 1)],
        "kg/m2": [("kg/m2", 1), ("kg/m²", 1)],
    ]

    private static let special: [String: [(String, Double)]] = [
        "hemoglobin": [("mmol/l", 1.6114)],
        "creatinine": [("umol/l", 0.011312)],
        "glucose": [("mmol/l", 18.016)],
        "urea-nitrogen": [("mmol/l", 2.801)],
        "bilirubin-total": [("umol/l", 0.058466)],
        "calcium": [("mmol/l", 4.008)],
        "uric-acid": [("umol/l", 0.016811)],
        "ldl": [("mmol/l", 38.665)],
        "lactate": [("mg/dl", 0.11101)],
        "free-t4": [("pmol/l", 0.077687)],
        "cortisol-am": [("nmol/l", 0.036246)],
        "b12": [("pmol/l", 1.3554)],
    ]
}

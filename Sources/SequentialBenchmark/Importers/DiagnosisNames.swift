// SPDX-License-Identifier: Apache-2.0
import Records

/// Takes a set's diagnosis apart into names that count as right.
enum DiagnosisNames {
    /// - Parameter label: such as `Ureteric stones (kidney stones)`.
    static func diagnosis(_ label: String) -> CaseDiagnosis {
        let text = label.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        var accepted: [String] = []
        var partial: [String] = []
        var main = text
        while let open = main.lastIndex(of: "("), let close = main[open...].firstIndex(of: ")") {
            read(String(main[main.index(after: open)..<close]), &accepted, &partial)
            main.removeSubrange(open...close)
        }
        main = footnote(main.split(whereSeparator: \.isWhitespace).joined(separator: " "))
        let names = [main] + main.split(separator: ";").map { String($0).trimmed } + accepted
        let isHealthy = ["normal behavior", "no disease", "healthy"].contains(main.lowercased())
        var seen: Set<String> = [text.lowercased()]
        return CaseDiagnosis(
            text: text, accepted: names.filter { seen.insert($0.lowercased()).inserted },
            partial: partial, isNoDisease: isHealthy)
    }

    /// What stands in brackets: another name, a grade, or a remark of the set's authors.
    private static func read(_ note: String, _ accepted: inout [String], _ partial: inout [String])
    {
        let grades = ["severe", "mild", "moderate", "acute", "chronic", "left", "right"]
        if grades.contains(note.lowercased()) { return }
        if let range = note.firstRange(of: "may include ") {
            partial.append(String(note[range.upperBound...]).trimmed)
            return
        }
        let bare = note.replacing("acceptable", with: "")
        for part in bare.split(separator: ",") {
            var name = String(part).trimmed
            for start in ["or ", "also "] where name.hasPrefix(start) {
                name = String(name.dropFirst(start.count))
            }
            if !name.isEmpty { accepted.append(name) }
        }
    }

    /// "Haemolytic uremic syndrome1" ends in the number of a footnote; "Influenza A1" doesn't.
    private static func footnote(_ name: String) -> String {
        guard let last = name.last, last.isNumber,
            let before = name.dropLast().last, before.isLowercase
        else { return name }
        return String(name.dropLast())
    }
}

/// Age and sex as other sets write them.
enum Demographics {
    /// Years, or nil where none are given; months, weeks and days are 0 or whole years.
    static func age(_ text: String) -> Int? {
        let words = LeakPattern.words(text)
        for (index, word) in words.enumerated() {
            if ["newborn", "neonate"].contains(word) { return 0 }
            guard let number = Int(word), (0...1200).contains(number) else { continue }
            let next = words[(index + 1)...].prefix(2).joined(separator: " ")
            if next.hasPrefix("month") { return number / 12 }
            if next.hasPrefix("week") || next.hasPrefix("day") || next.hasPrefix("hour") {
                return 0
            }
            if next.hasPrefix("y") || words.count == 1 {
                return number <= 120 ? number : nil
            }
        }
        return nil
    }

    static func sex(_ text: String) -> Sex? {
        for word in LeakPattern.words(text) {
            if ["female", "woman", "girl", "f", "lady", "she", "her"].contains(word) {
                return .female
            }
            if ["male", "man", "boy", "m", "gentleman", "he", "his"].contains(word) {
                return .male
            }
        }
        return nil
    }

    /// "A 34-year-old woman", or "A patient" where nothing is known.
    static func patient(age: Int?, sex: Sex?) -> String {
        guard let age else {
            return sex == .female
                ? "A female patient" : sex == .male ? "A male patient" : "A patient"
        }
        let noun =
            switch (sex, age < 18) {
            case (.female, false): "woman"
            case (.male, false): "man"
            case (.female, true): "girl"
            case (.male, true): "boy"
            default: "patient"
            }
        let article = [8, 11, 18].contains(age) || (80...89).contains(age) ? "An" : "A"
        return "\(article) \(age)-year-old \(noun)"
    }
}

// SPDX-License-Identifier: Apache-2.0
import Knowledge

/// Rows of price tables on their way into a schedule.
struct PriceEntries {
    let file: String
    let catalogue: Catalogue
    var visit: Int?
    var emergencyVisit: Int?
    var prices: [String: Int] = [:]
    var others: [String: PriceSchedule.OtherPrice] = [:]
    var minutes: [String: Int] = [:]
    var invasiveness: [String: Int] = [:]
    var radiation: [String: Double] = [:]
    var specimens: [String: String] = [:]

    private static let columns: Set<String> = [
        "test", "loinc", "name", "usd", "turnaround_minutes", "invasiveness", "radiation_msv",
        "specimen", "category", "schedule", "basis", "source",
    ]

    init(_ bytes: [UInt8], file: String, catalogue: Catalogue) throws(BenchmarkError) {
        self.file = file
        self.catalogue = catalogue
        let table = try PriceTable(
            bytes, file: file, known: PriceEntries.columns, needed: ["usd"])
        let names = PriceEntries.names(catalogue)
        for row in table.rows {
            let cents = try table.cents(row)
            switch (row.fields["test"] ?? row.fields["name"])?.lowercased() {
            case "visit": try set(&visit, cents, table, row)
            case "visit-emergency": try set(&emergencyVisit, cents, table, row)
            case nil where row.fields["loinc"] == nil:
                throw table.bad(row, "test", "a test by id, LOINC code or name")
            default:
                if let id = try test(table, row, names) {
                    guard prices.updateValue(cents, forKey: id) == nil else {
                        throw table.bad(row, "test", "each test once")
                    }
                    try addBurden(table, row, id, isDefault: false)
                } else {
                    addOther(row.fields["name"] ?? "", cents)
                }
            }
        }
    }

    private func set(
        _ price: inout Int?, _ cents: Int, _ table: PriceTable, _ row: PriceTable.Row
    ) throws(BenchmarkError) {
        guard price == nil else { throw table.bad(row, "test", "each visit once") }
        price = cents
    }

    /// Catalogue tests by the words of their names.
    private static func names(_ catalogue: Catalogue) -> [String: String] {
        var names: [String: String] = [:]
        for test in catalogue.tests.reversed() {
            for name in test.synonyms + [test.name] { names[Phrase(name).key] = test.id }
        }
        return names
    }

    /// The id of the row's catalogue test; nil where the row only names a test outside it.
    private func test(
        _ table: PriceTable, _ row: PriceTable.Row, _ names: [String: String]
    ) throws(BenchmarkError) -> String? {
        if let id = row.fields["test"] {
            guard catalogue.test(id) != nil else {
                throw table.bad(row, "test", "the id of a test of the catalogue")
            }
            return id
        }
        if let code = row.fields["loinc"],
            let test = catalogue.tests.first(where: { $0.loinc == code })
        {
            return test.id
        }
        guard let name = row.fields["name"] else {
            throw table.bad(row, "loinc", "the LOINC code of a test of the catalogue, or a name")
        }
        if catalogue.test(name) != nil { return name }
        return names[Phrase(name).key]
    }

    private mutating func addOther(_ name: String, _ cents: Int) {
        others[Phrase(name).key] = PriceSchedule.OtherPrice(name: name, cents: cents)
    }

    /// Prices of tests outside the catalogue; visits and the drawing of blood are no tests.
    mutating func addOthers(_ bytes: [UInt8], _ file: String) throws(BenchmarkError) {
        let table = try PriceTable(
            bytes, file: file, known: ["name", "category", "usd", "schedule"],
            needed: ["name", "category", "usd"])
        for row in table.rows {
            let cents = try table.cents(row)
            guard let name = row.fields["name"], let category = row.fields["category"] else {
                throw table.bad(row, "name", "a name and a category")
            }
            guard !["visit", "specimen", "lab-transfusion"].contains(category) else { continue }
            addOther(name, cents)
        }
    }

    /// - Parameter isDefault: leaves standing what is already stated.
    mutating func addBurdens(
        _ bytes: [UInt8], _ file: String, isDefault: Bool = false
    ) throws(BenchmarkError) {
        let table = try PriceTable(
            bytes, file: file, known: PriceEntries.columns,
            needed: ["test", "turnaround_minutes", "invasiveness", "radiation_msv", "specimen"])
        for row in table.rows {
            guard let id = row.fields["test"], catalogue.test(id) != nil else {
                throw table.bad(row, "test", "the id of a test of the catalogue")
            }
            try addBurden(table, row, id, isDefault: isDefault)
        }
    }

    private mutating func addBurden(
        _ table: PriceTable, _ row: PriceTable.Row, _ id: String, isDefault: Bool
    ) throws(BenchmarkError) {
        func keep<Value>(_ values: inout [String: Value], _ value: Value) {
            if !isDefault || values[id] == nil { values[id] = value }
        }
        if let field = row.fields["turnaround_minutes"] {
            guard let value = Int(field), value >= 0 else {
                throw table.bad(row, "turnaround_minutes", "whole minutes")
            }
            keep(&minutes, value)
        }
        if let field = row.fields["invasiveness"] {
            guard let value = Int(field), (0...3).contains(value) else {
                throw table.bad(row, "invasiveness", "0, 1, 2 or 3")
            }
            keep(&invasiveness, value)
        }
        if let field = row.fields["radiation_msv"] {
            guard let value = Double(field), value.isFinite, value >= 0 else {
                throw table.bad(row, "radiation_msv", "millisievert, 0 or more")
            }
            keep(&radiation, value)
        }
        if let field = row.fields["specimen"] { keep(&specimens, field) }
    }
}

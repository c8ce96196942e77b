// SPDX-License-Identifier: Apache-2.0
package import Diagnosis
import Foundation
package import Knowledge

/// What visits and tests cost, by one named list of prices.
///
/// A test without a price stays unpriced: no figure is made up for it. Money is in US cents.
package struct PriceSchedule: Sendable, Hashable {
    /// As it stands beside every cost.
    package let name: String
    /// What the prices are and what they are not.
    package let description: String
    /// One outpatient visit, US cents.
    package let visitCents: Int
    /// One visit to the emergency department, US cents.
    package let emergencyVisitCents: Int
    /// By catalogue test id, every test of the catalogue among them.
    package let burdens: [String: Burden]
    /// Minutes until the result, by catalogue test id; a test that is missing has no known figure,
    /// and its burden says 0.
    package let turnarounds: [String: Int]
    /// What is taken from the patient, by catalogue test id: `blood`, `urine`, `none`.
    package let specimens: [String: String]
    /// Of every price and burden; 32 hexadecimal digits.
    package let digest: String
    /// Prices of tests outside the catalogue, by the words of their names.
    let others: [String: OtherPrice]

    struct OtherPrice: Hashable, Sendable {
        var name: String
        var cents: Int
    }

    /// Names of the schedules that come with the program.
    package static let names = ["us-medicare", "flat-visit-300"]

    /// A schedule that comes with the program.
    ///
    /// - Throws: `BenchmarkError.badOption` for a name that isn't one of `names`.
    package static func named(
        _ name: String, catalogue: Catalogue
    ) throws(BenchmarkError) -> PriceSchedule {
        guard names.contains(name) else {
            throw .badOption(
                name: "price schedule", expected: "\(names.joined(separator: " or ")), or a file")
        }
        var entries = try PriceEntries(
            PriceTable.shipped("us-medicare.tsv"), file: "us-medicare.tsv", catalogue: catalogue)
        try entries.addOthers(PriceTable.shipped("us-medicare-all.tsv"), "us-medicare-all.tsv")
        try entries.addBurdens(PriceTable.shipped("burdens.tsv"), "burdens.tsv")
        guard name == "us-medicare" else {
            entries.visit = 30_000
            entries.emergencyVisit = 30_000
            return try PriceSchedule(
                name: name,
                description: "Every visit at 300 US dollars as in the published study; the test "
                    + "prices are Medicare's, not that study's.",
                entries)
        }
        return try PriceSchedule(
            name: name,
            description: "US Medicare: laboratory fees of 2026, physician fees of 2025, national "
                + "rates; the emergency visit without the hospital's facility payment.",
            entries)
    }

    /// A site's own prices.
    ///
    /// Columns `usd` and one or more of `test` (catalogue id), `loinc` and `name`; optional
    /// `turnaround_minutes`, `invasiveness`, `radiation_msv`, `specimen`, `category`, `schedule`,
    /// `basis`. The row whose `test` or `name` is `visit` prices a visit, `visit-emergency` one to
    /// the emergency department (as `visit` where it is missing). Burdens that the file doesn't
    /// state are those that come with the program. A name that isn't in the catalogue prices tests
    /// of imported cases.
    ///
    /// - Parameters:
    ///   - file: path of a table separated by tabs or commas.
    ///   - name: as it is to stand beside every cost; the file's name where it is nil.
    /// - Throws: `BenchmarkError` naming file and line.
    package static func read(
        file path: String, name: String? = nil, catalogue: Catalogue
    ) throws(BenchmarkError) -> PriceSchedule {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        guard let data = FileManager.default.contents(atPath: path) else {
            throw .unreadable(file: file)
        }
        return try PriceSchedule(
            name: name ?? file, table: [UInt8](data), file: file, catalogue: catalogue)
    }

    /// The same from the bytes of the table.
    ///
    /// - Parameter shipsBurdens: fills in burdens from those that come with the program; only for
    ///   the catalogue that comes with it.
    package init(
        name: String, table: [UInt8], file: String, catalogue: Catalogue, shipsBurdens: Bool = true
    ) throws(BenchmarkError) {
        var entries = try PriceEntries(table, file: file, catalogue: catalogue)
        if shipsBurdens {
            try entries.addBurdens(
                PriceTable.shipped("burdens.tsv"), "burdens.tsv", isDefault: true)
        }
        try self.init(name: name, description: "Prices of the file \(file).", entries)
    }

    private init(
        name: String, description: String, _ entries: PriceEntries
    ) throws(BenchmarkError) {
        guard let visit = entries.visit else {
            throw .badField(
                file: entries.file, line: 1, column: "test",
                expected: "a row named visit with the price of a visit")
        }
        self.name = name
        self.description = description
        visitCents = visit
        emergencyVisitCents = entries.emergencyVisit ?? visit
        others = entries.others
        turnarounds = entries.minutes
        specimens = entries.specimens
        var burdens: [String: Burden] = [:]
        for test in entries.catalogue.tests {
            burdens[test.id] = Burden(
                cents: entries.prices[test.id], minutes: entries.minutes[test.id] ?? 0,
                invasiveness: entries.invasiveness[test.id] ?? 0,
                radiation: entries.radiation[test.id] ?? 0)
        }
        self.burdens = burdens
        digest = PriceSchedule.digest(
            visit, entries.emergencyVisit ?? visit, burdens, entries.others)
    }

    private static func digest(
        _ visit: Int, _ emergency: Int, _ burdens: [String: Burden],
        _ others: [String: OtherPrice]
    ) -> String {
        var hash = Fingerprint()
        hash.add(UInt64(visit))
        hash.add(UInt64(emergency))
        for (id, burden) in burdens.sorted(by: { $0.key < $1.key }) {
            hash.add(id)
            hash.add(burden.cents.map(String.init) ?? "unpriced")
            hash.add(UInt64(burden.minutes))
            hash.add(UInt64(burden.invasiveness))
            hash.add(burden.radiation.bitPattern)
        }
        for (key, price) in others.sorted(by: { $0.key < $1.key }) {
            hash.add(key)
            hash.add(UInt64(price.cents))
        }
        return hash.hexadecimal
    }

    /// What a catalogue test costs; without a price for a test that the schedule lacks.
    package func burden(test id: String) -> Burden { burdens[id] ?? Burden(cents: nil) }

    /// The price of one visit, US cents.
    package func visitCents(isEmergencyDepartment: Bool) -> Int {
        isEmergencyDepartment ? emergencyVisitCents : visitCents
    }

    /// The price of a test outside the catalogue by its name, in any order of its words.
    package func cents(named name: String) -> Int? { others[Phrase(name).key]?.cents }

    /// Ids of catalogue tests without a price, in the order of their ids.
    package var unpriced: [String] {
        burdens.filter { $0.value.cents == nil }.keys.sorted()
    }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation
import Site
import Statistics
import Testing

@Suite("The table of plays")
struct PlayTableTests {
    private func withTable(_ test: (PlayTable) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.path + "/plays-\(UUID().uuidString).jsonl"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try test(PlayTable(path: path))
    }

    private func row(_ score: Int, _ arm: String = "unaided", certainty: Double = 0.5) -> PlayRow {
        PlayRow(
            time: "2026-11-24T10:00:00Z", caseID: "own-1", arm: arm, speciality: "not stated",
            score: score, certainty: certainty, cents: 10_050, questions: 4, tests: 1, visits: 2,
            minutes: 3.5, panelScore: 5, panelCents: 900)
    }

    @Test("what was appended is read back in its order; no file is no play")
    func appends() throws {
        try withTable { table in
            #expect(try table.rows().rows.isEmpty)
            let rows = (1...5).map { row($0) }
            for row in rows { try table.append(row) }
            let read = try table.rows()
            #expect(read.rows == rows)
            #expect(read.unreadable == 0)
        }
    }

    @Test("a line cut off by a crash costs no other line")
    func tornLine() throws {
        try withTable { table in
            try table.append(row(5))
            let whole = try Files.readBytes(table.path)
            for length in 1..<whole.count - 1 {
                try Files.replace(table.path, with: whole + whole.prefix(length))
                try table.append(row(1))
                let read = try table.rows()
                #expect(read.rows.map(\.score) == [5, 1])
                #expect(read.unreadable == 1)
            }
        }
    }

    @Test(
        "a line with impossible numbers is left out",
        arguments: [
            ("\"score\":5", "\"score\":9"), ("\"certainty\":0.5", "\"certainty\":7"),
            ("\"cents\":10050", "\"cents\":-1"), ("\"tests\":1", "\"tests\":9000000000000000000"),
        ])
    func impossibleNumbers(from: String, to: String) throws {
        try withTable { table in
            try table.append(row(5))
            let text = try Files.readText(table.path)
            #expect(text.contains(from))
            try Files.replace(
                table.path, with: Array(text.replacingOccurrences(of: from, with: to).utf8))
            let read = try table.rows()
            #expect(read.rows.isEmpty && read.unreadable == 1)
        }
    }

    @Test("arms are added up by themselves; one without a play is left out")
    func sums() throws {
        let rows = [row(5, certainty: 1), row(1, certainty: 0), row(4, "with the panel")]
        let found = PlayTable.summaries(
            of: rows, arms: ["unaided", "with references", "with the panel"])
        #expect(found.map(\.arm) == ["unaided", "with the panel"])
        #expect(found[0].accuracy == Proportion(1, of: 2))
        #expect(found[0].cost == 100.5 && found[0].minutes == 3.5)
        #expect(found[0].brier == 0 && found[0].calibrationError == 0)
        #expect(found[1].brier == 0.25 && found[1].certainty == 0.5)
    }
}

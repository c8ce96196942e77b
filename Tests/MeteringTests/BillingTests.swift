// SPDX-License-Identifier: Apache-2.0
import Foundation
import Ledger
import Statistics
import Testing

@testable import Metering

@Suite("Invoices and payouts")
struct BillingTests {
    static func fold(_ records: [[UInt8]]) throws -> BillingFold {
        var fold = BillingFold()
        for (index, record) in records.enumerated() { try fold.add(record, index: index) }
        return fold
    }

    @Test("over random events payouts, invoices and entries come to the same, to the micro-unit")
    func payoutsEqualBills() throws {
        let ledger = try RandomLedger(seed: 50, calls: eventCount(1_500))
        let fold = try BillingTests.fold(ledger.records)
        #expect(fold.billedMicros == ledger.billed)
        #expect(ledger.billed > 0)
        #expect(fold.mismatches == 0)
        #expect(fold.months.map(\.text) == ["2026-11", "2026-12"])
        var invoiced = 0
        var paid = 0
        for month in fold.months {
            let payouts = try fold.payouts(month: month)
            var apart: [String: Int] = [:]
            var bills = 0
            for account in fold.accounts(in: month) {
                let invoice = try fold.invoice(for: account, month: month)
                bills += invoice.totalMicros
                #expect(invoice.lines.reduce(0) { $0 + $1.micros } == invoice.totalMicros)
                #expect(invoice.differenceMicros == 0)
                if case .licensee(let name) = account {
                    let own = try fold.payouts(month: month, licensee: name)
                    #expect(own.shares.values.reduce(0, +) == own.totalMicros)
                    #expect(own.totalMicros == invoice.totalMicros)
                    apart.merge(own.shares) { $0 + $1 }
                }
            }
            // The house's pots are what is left of everybody's.
            for pot in payouts.pots where pot.licensee == nil {
                for share in pot.shares { apart[share.party, default: 0] += share.micros }
            }
            #expect(apart == payouts.shares)
            #expect(payouts.totalMicros == bills)
            for party in payouts.shares.keys {
                let statement = payouts.statement(for: party)
                #expect(statement.totalMicros == statement.lines.reduce(0) { $0 + $1.micros })
                paid += statement.totalMicros
            }
            invoiced += bills
        }
        #expect(invoiced == ledger.billed)
        #expect(paid == ledger.billed)
    }

    @Test("teams and principals of the house are parts of the house's invoice")
    func partsOfTheHouse() throws {
        let fold = try BillingTests.fold(try RandomLedger(seed: 51, calls: 300).records)
        let month = try #require(fold.months.first)
        let house = try fold.invoice(for: .house, month: month)
        let principals = try (0..<4).map {
            try fold.invoice(for: .principal("p\($0)"), month: month)
        }
        #expect(principals.reduce(0) { $0 + $1.totalMicros } == house.totalMicros)
        #expect(principals.reduce(0) { $0 + $1.calls } == house.calls)
        let teams = try ["icu", "emergency"].map { try fold.invoice(for: .team($0), month: month) }
        #expect(teams.reduce(0) { $0 + $1.totalMicros } < house.totalMicros)
        #expect(try fold.invoice(for: .licensee("nobody"), month: month).firstEntry == nil)
        for account in [Account.house, .licensee("a:b"), .team("icu"), .principal("p")] {
            #expect(Account(text: account.text) == account)
        }
    }

    @Test("one micro-unit changed in one entry is found and named, and the total still adds up")
    func findsTheFirstMismatch() throws {
        let ledger = try RandomLedger(seed: 52, calls: 200)
        var random = SeededRandom(seed: 53)
        for _ in 0..<10 {
            var records = ledger.records
            var index = random.below(records.count)
            var price: Int?
            while price == nil {
                index = (index + 1) % records.count
                price = try CanonicalJSON(parsing: records[index])["body"]?["price_micros"]?
                    .intValue
            }
            let text = String(decoding: records[index], as: UTF8.self)
            let forged = text.replacing(
                "\"price_micros\":\(price ?? 0)", with: "\"price_micros\":\((price ?? 0) + 1)")
            records[index] = Array(forged.utf8)
            let fold = try BillingTests.fold(records)
            #expect(fold.mismatches == 1)
            #expect(fold.firstMismatch?.index == index)
            #expect(fold.firstMismatch?.foundMicros == (price ?? 0) + 1)
            #expect(fold.firstMismatch?.expectedMicros == price)
            #expect(fold.billedMicros == ledger.billed + 1)
            var differences = 0
            for month in fold.months {
                let payouts = try fold.payouts(month: month)
                #expect(payouts.shares.values.reduce(0, +) == payouts.totalMicros)
                for account in fold.accounts(in: month) {
                    differences += try fold.invoice(for: account, month: month).differenceMicros
                }
            }
            #expect(differences == 1)
        }
    }

    /// A small month by hand: 12 predictions, 10 of them free.
    static func smallFold() throws -> BillingFold {
        let sheet = try simpleSheet(
            price: 1_250_000, freeQuota: 10,
            split: Split(owner: 6_000, distributor: 3_000, platform: 1_000))
        var records = [
            CanonicalJSON.object([
                "type": .string("price.published"), "actor": .string("price"), "ts": .int(1),
                "body": .object(["sheet": sheet.json]),
            ]).serialized()
        ]
        let start = try #require(Month("2026-11")).start
        for call in 0..<12 {
            records.append(
                CanonicalJSON.object([
                    "type": .string("call.settled"), "actor": .string("p"),
                    "ts": .int(start + call),
                    "body": .object([
                        "call": .string("c\(call)"), "model": .string("<panel>"),
                        "licensee": .string("acme"), "quantities": .object(["prediction": .int(1)]),
                        "price_micros": .int(call < 10 ? 0 : 1_250_000),
                        "sheet": .string("standard@1"), "currency": .string("USD"),
                    ]),
                ]).serialized())
        }
        return try fold(records)
    }

    static let evidence = StatementEvidence(
        size: 13, root: String(repeating: "0f", count: 32),
        checkpoint: "bedside/test\n13\nDw8=\n\n— bedside/test sig\n",
        first: EntryProof(index: 1, record: #"{"a":"<b>"}"#, hashes: ["aa", "bb"]),
        last: EntryProof(index: 12, record: "{}", hashes: ["cc"]))

    @Test("an invoice by hand, line by line")
    func invoiceByHand() throws {
        let fold = try BillingTests.smallFold()
        let month = try #require(Month("2026-11"))
        let invoice = try fold.invoice(for: .licensee("acme"), month: month)
        #expect(invoice.lines.map(\.tier) == ["free quota", "from 10"])
        #expect(invoice.lines.map(\.quantity) == [10, 2])
        #expect(invoice.lines.map(\.micros) == [0, 2_500_000])
        #expect(invoice.lines.map(\.firstEntry) == [1, 11])
        #expect(invoice.lines.map(\.lastEntry) == [10, 12])
        #expect(invoice.totalMicros == 2_500_000)
        let payouts = try fold.payouts(month: month)
        #expect(
            payouts.shares == ["owner": 1_500_000, "distributor": 750_000, "platform": 250_000])
        let body = payouts.entryBody(checkpointRoot: "00")
        #expect(body["total_micros"] == .int(2_500_000))
        #expect(body["checkpoint_size"] == .int(13))
        #expect(body["licensee"] == nil)
    }

    @Test("an invoice as JSON, CSV and a page says the same and carries its proof")
    func invoiceRenderings() throws {
        let fold = try BillingTests.smallFold()
        let invoice = try fold.invoice(
            for: .licensee("acme"), month: #require(Month("2026-11")))
        let json = invoice.json(BillingTests.evidence)
        #expect(json["total"] == .string("2.500000"))
        #expect(json["checkpoint"]?["size"] == .int(13))
        #expect(json["proofs"]?.arrayValue?.count == 2)
        #expect(try CanonicalJSON(parsing: json.serialized()) == json)
        let csv = invoice.csv(BillingTests.evidence)
        #expect(
            csv.contains(
                "<panel>,prediction,standard@1,from 10,2,1.250000,1,2.500000,2,11,12\r\n"))
        #expect(csv.contains("total,2.500000,USD\r\n"))
        #expect(csv.contains("entry,1,\"{\"\"a\"\":\"\"<b>\"\"}\",aa,bb\r\n"))
        let html = invoice.html(BillingTests.evidence)
        #expect(html.contains("&lt;panel&gt;"))
        #expect(!html.contains("<panel>"))
        #expect(!html.contains("<script"))
        #expect(!html.contains("http"))
        #expect(html.contains("2.500000 USD"))
        #expect(html.contains("Entry 12 is in it"))
        #expect(!html.contains("role=\"alert\""))
        #expect(invoice.json(nil)["checkpoint"] == nil)
    }

    @Test("a payout statement as JSON, CSV and a page")
    func payoutRenderings() throws {
        let fold = try BillingTests.smallFold()
        let payouts = try fold.payouts(month: #require(Month("2026-11")))
        let statement = payouts.statement(for: "distributor")
        #expect(statement.json(nil)["total"] == .string("0.750000"))
        #expect(statement.csv(nil).contains("acme,standard@1,3000,2.500000,0.750000,12,1,12\r\n"))
        #expect(statement.html(BillingTests.evidence).contains("0.750000 USD"))
        #expect(payouts.statement(for: "nobody").totalMicros == 0)
    }

    @Test("a text that a spreadsheet would run is set as text")
    func csvRunsNothing() {
        let statement = Statement(
            title: "T", facts: [], columns: [.text("a"), .amount("b")],
            rows: [[.text("=1+1"), .amount(-5)]], totalMicros: -5, currency: "USD", warning: nil)
        #expect(statement.csv(nil).contains("'=1+1,-0.000005\r\n"))
    }

    @Test("amounts print as decimals without rounding, to both ends of 64 bits")
    func amountsPrintExactly() {
        #expect(Amount.decimal(0) == "0.000000")
        #expect(Amount.decimal(-1) == "-0.000001")
        #expect(Amount.decimal(1_234_567_890) == "1234.567890")
        #expect(Amount.decimal(Int.min) == "-9223372036854.775808")
        #expect(Amount.text(1_234_567_890, "USD") == "1,234.567890 USD")
        #expect(Amount.text(-999_000_000, "EUR") == "-999.000000 EUR")
    }

    @Test("an independent script recomputes the same from the exported entries alone")
    func independentScriptAgrees() throws {
        let script = repository.appending(path: "Checks/split_check.py")
        let ledger = try RandomLedger(seed: 54, calls: 600)
        var records = ledger.records
        let fold = try BillingTests.fold(records)
        for month in fold.months {
            let payouts = try fold.payouts(month: month)
            records.append(
                CanonicalJSON.object([
                    "type": .string("payout.computed"), "actor": .string("price"),
                    "ts": .int(ledger.now), "body": payouts.entryBody(checkpointRoot: "00"),
                ]).serialized())
        }
        guard let honest = try BillingTests.run(script, records) else {
            print("skipped: python3 not found")
            return
        }
        #expect(honest.contains("OK: "))
        for month in fold.months {
            #expect(
                honest.contains(
                    "\(month.text) everybody \(try fold.payouts(month: month).totalMicros)"))
            for account in fold.accounts(in: month) {
                let name = account.text.replacing("licensee:", with: "")
                let total = try fold.invoice(for: account, month: month).totalMicros
                #expect(honest.contains("\(month.text) \(name) \(total)"))
            }
        }
        let last = String(decoding: records[records.count - 1], as: UTF8.self)
        let forged = last.replacing("\"owner\":", with: "\"owner\":1")
        let found = try BillingTests.run(script, records.dropLast() + [Array(forged.utf8)])
        #expect(found?.contains("MISMATCH entry \(records.count - 1)") == true)
    }

    /// Standard output and error of a Python script over records; nil without Python.
    static func run(_ script: URL, _ records: [[UInt8]]) throws -> String? {
        let file = FileManager.default.temporaryDirectory
            .appending(path: "bedside-split-\(UUID().uuidString).ndjson")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(records.flatMap { $0 + [10] }).write(to: file)
        let python = Process()
        python.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        python.arguments = ["python3", script.path, file.path]
        let output = Pipe()
        python.standardOutput = output
        python.standardError = output
        try python.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        python.waitUntilExit()
        guard python.terminationStatus != 127 else { return nil }
        return String(decoding: data, as: UTF8.self)
    }
}

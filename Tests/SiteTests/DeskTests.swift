// SPDX-License-Identifier: Apache-2.0
import Foundation
import Governance
import Ledger
import Metering
import Site
import Testing

@Suite("The desk every call passes")
struct DeskTests {
    /// A site, opened, with a desk to ask.
    struct Open {
        let scratch: Scratch
        let site: SiteDirectory
        let service: Service
        let principal: Principal

        var desk: LocalDesk { service.desk }

        init(terms: KeyTerms = KeyTerms(), _ prepare: (SiteDirectory) throws -> Void = { _ in })
            async throws
        {
            scratch = try Scratch()
            site = try SiteDirectory.create(scratch.path + "/s")
            principal = try KeyStore(site).create(name: "p", terms: terms).principal
            try prepare(site)
            service = try await Service(site)
        }

        /// The same site after a restart.
        func again() async throws -> Service {
            service.close()
            return try await Service(site)
        }

        func ask(
            _ text: String = "case", key: String? = nil, use: String? = nil, tokens: Int = 0
        ) -> CallAsk {
            CallAsk(
                model: service.models[0], principal: principal, dialect: "test",
                idempotencyKey: key, request: Array(text.utf8), subject: "patient 7", use: use,
                worstCase: CallQuantities(predictions: 1, promptTokens: tokens))
        }

        /// Asks for leave and settles; nil where the call was answered before.
        func call(_ ask: CallAsk) async throws -> SettledCall? {
            guard case .granted(let leave) = try await desk.reserve(ask) else { return nil }
            return try await desk.settle(
                leave, used: CallQuantities(predictions: 1), answer: [1], keepsAnswer: true,
                status: 200)
        }

        var entries: [CanonicalJSON] {
            get throws {
                try service.log.records(0..<service.log.size).map { try CanonicalJSON(parsing: $0) }
            }
        }

        func set(_ limit: Int, period: BudgetPeriod = .total, model: String? = nil) throws {
            try BudgetDesk(site).set(
                BudgetLimit(
                    scope: BudgetScope(.principal, "p"), model: model, period: period,
                    micros: limit))
        }
    }

    @Test("64 callers on one budget never pass it, and get exactly what it holds")
    func budgetIsNeverPassed() async throws {
        let open = try await Open()
        // Seven predictions and a half.
        try open.set(150_000)
        try open.service.drainInbox()
        let desk = open.desk
        let asks = (0..<64).map { open.ask("case \($0)") }
        let answered = await withTaskGroup(of: Int.self) { group in
            for ask in asks {
                group.addTask {
                    guard case .granted(let leave)? = try? await desk.reserve(ask) else { return 0 }
                    let settled = try? await desk.settle(
                        leave, used: CallQuantities(predictions: 1), answer: [1],
                        keepsAnswer: false, status: 200)
                    return settled == nil ? 0 : 1
                }
            }
            return await group.reduce(0, +)
        }
        // Which of them were held at the same time is chance; what was billed is not.
        let billed = try open.entries.filter { $0["type"]?.stringValue == "call.settled" }
            .reduce(0) { $0 + ($1["body"]?["price_micros"]?.intValue ?? 0) }
        #expect(billed == answered * 20_000 && billed <= 150_000 && answered > 0)
        while (try? await open.call(open.ask("more"))) != nil {}
        let spent = try BudgetDesk(open.site).balances()[0].spent
        #expect(spent == 140_000)
        await #expect(throws: SiteError.budgetExhausted(scope: "principal:p")) {
            try await open.call(open.ask("too much"))
        }
        open.service.close()
    }

    @Test("what is released costs nothing and can be spent again")
    func releaseGivesBack() async throws {
        let open = try await Open()
        try open.set(20_000)
        try open.service.drainInbox()
        guard case .granted(let leave) = try await open.desk.reserve(open.ask()) else {
            Issue.record("expected leave")
            return
        }
        await #expect(throws: SiteError.budgetExhausted(scope: "principal:p")) {
            try await open.desk.reserve(open.ask("other"))
        }
        await open.desk.release(leave, reason: "upstream_failed")
        #expect(try await open.call(open.ask("other"))?.priceMicros == 20_000)
        await #expect(throws: SiteError.self) {
            try await open.desk.settle(
                leave, used: CallQuantities(predictions: 1), answer: [], keepsAnswer: false,
                status: 200)
        }
        open.service.close()
    }

    @Test("a stranger to the key file has no budget")
    func strangerHasNoBudget() async throws {
        let open = try await Open()
        var ask = open.ask()
        ask.principal = Principal(name: "stranger", keySHA256: "", created: 0)
        await #expect(throws: SiteError.budgetExhausted(scope: "principal:stranger")) {
            try await open.desk.reserve(ask)
        }
        open.service.close()
    }

    @Test("spending, keys and answers are the same after a restart, with and without the snapshot")
    func restart() async throws {
        for keepsSnapshot in [true, false] {
            let open = try await Open()
            try open.set(60_000)
            try open.service.drainInbox()
            let first = try #require(try await open.call(open.ask("a", key: "k")))
            _ = try await open.call(open.ask("b"))
            open.service.close()
            if !keepsSnapshot {
                try FileManager.default.removeItem(atPath: open.site.path + "/projections")
            }
            let service = try await Service(open.site)
            let again = try await service.desk.reserve(open.ask("a", key: "k"))
            guard case .replay(let earlier) = again
            else {
                Issue.record("expected a replay")
                return
            }
            #expect(earlier.call == first.call && earlier.receipt.index == first.receipt.index)
            #expect(earlier.answer == [1])
            await #expect(throws: SiteError.idempotencyKeyReused) {
                try await service.desk.reserve(open.ask("other", key: "k"))
            }
            guard case .granted = try await service.desk.reserve(open.ask("c")) else {
                Issue.record("expected leave")
                return
            }
            await #expect(throws: SiteError.budgetExhausted(scope: "principal:p")) {
                try await service.desk.reserve(open.ask("d"))
            }
            service.close()
        }
    }

    @Test("a snapshot of another log is thrown away")
    func foreignSnapshot() async throws {
        let open = try await Open()
        try open.set(1)
        let service = try await open.again()
        service.close()
        let file = open.site.path + "/projections/desk"
        var text = String(decoding: try Files.readBytes(file), as: UTF8.self)
        let range = try #require(text.range(of: #""root":""#))
        let end = text.index(range.upperBound, offsetBy: 8)
        text.replaceSubrange(range.upperBound..<end, with: "00000000")
        try Files.replace(file, with: Array(text.utf8))
        let reopened = try await Service(open.site)
        await #expect(throws: SiteError.budgetExhausted(scope: "principal:p")) {
            try await reopened.desk.reserve(open.ask())
        }
        reopened.close()
    }

    @Test("the same key while its call runs is refused, and a rate limit says when to come back")
    func runningAndRate() async throws {
        var terms = KeyTerms()
        terms.requestsPerMinute = 2
        let open = try await Open(terms: terms)
        guard case .granted(let leave) = try await open.desk.reserve(open.ask(key: "k")) else {
            Issue.record("expected leave")
            return
        }
        await #expect(throws: SiteError.callInProgress) {
            try await open.desk.reserve(open.ask(key: "k"))
        }
        _ = try await open.desk.reserve(open.ask("second"))
        let refusal = await #expect(throws: SiteError.self) {
            try await open.desk.reserve(open.ask("third"))
        }
        guard case .rateLimited("requests", let wait)? = refusal else {
            Issue.record("expected a rate limit")
            return
        }
        #expect(wait > 0 && wait <= 60_000)
        await open.desk.release(leave, reason: "test")
        open.service.close()
    }

    @Test("a licensee's key calls within its licence only, and its cap counts")
    func licence() async throws {
        var terms = KeyTerms()
        terms.licensee = "acme"
        terms.jurisdiction = "US-MN"
        let open = try await Open(terms: terms)
        await #expect {
            try await open.call(open.ask())
        } throws: { ($0 as? SiteError)?.code == "license_missing" }
        try LicenceDesk(open.site).grant(
            try Licence(
                licensee: "acme", sites: [], jurisdictions: ["US-MN"], uses: ["diagnosis-support"],
                models: [], from: 0, until: Entry.now + 1_000_000, graceDays: 0, callCap: 1,
                redistribution: false, priceSheet: nil, indemnityRef: nil))
        try open.service.drainInbox()
        await #expect {
            try await open.call(open.ask(use: "marketing"))
        } throws: { ($0 as? SiteError)?.code == "license_use" }
        #expect(try await open.call(open.ask(use: "diagnosis-support")) != nil)
        await #expect {
            try await open.call(open.ask(use: "diagnosis-support"))
        } throws: { ($0 as? SiteError)?.code == "license_cap" }
        open.service.close()
    }

    @Test("no entry holds a handle, a request or an idempotency key")
    func nothingReadableIsStored() async throws {
        let open = try await Open()
        _ = try await open.call(open.ask("a very telling case", key: "my-own-name"))
        open.service.close()
        let files = FileManager.default.enumerator(atPath: open.site.path)
        while let name = files?.nextObject() as? String {
            guard let bytes = try? Files.readBytes(open.site.path + "/" + name) else { continue }
            let text = String(decoding: bytes, as: UTF8.self)
            for secret in ["patient 7", "a very telling case", "my-own-name"] {
                #expect(!text.contains(secret), "\(name)")
            }
        }
    }

    @Test("a published sheet prices what comes after it, and bills recompute from the ledger")
    func prices() async throws {
        let open = try await Open()
        _ = try await open.call(open.ask("before"))
        let file = open.scratch.path + "/sheet.yaml"
        try Files.replace(
            file,
            with: Array(
                """
                id: standard
                version: "2"
                effective: 2026-01-01
                currency: USD
                items:
                  - {model: "*", meter: prediction, unit_price_micros: 7}
                split: {owner: 3334, distributor: 3333, platform: 3333}

                """.utf8))
        try PriceDesk(open.site).publish(PriceDesk.read(file))
        try open.service.drainInbox()
        for number in 0..<3 { _ = try await open.call(open.ask("after \(number)")) }
        let service = try await open.again()
        let month = try #require(Month(String(Day.text(Entry.now).prefix(7))))
        let fold = try LedgerFold(open.site).billing()
        #expect(fold.mismatches == 0)
        #expect(try fold.invoice(for: .house, month: month).totalMicros == 20_021)
        let payouts = try fold.payouts(month: month, licensee: nil)
        #expect(payouts.shares.values.reduce(0, +) == 20_021)
        service.close()
    }

    @Test("a sheet file with a mistake names the line")
    func badSheet() throws {
        let scratch = try Scratch()
        let file = scratch.path + "/sheet.yaml"
        try Files.replace(
            file,
            with: Array(
                """
                id: standard
                version: "2"
                effective: 2026-01-01
                currency: USD
                items:
                  - model: "*"
                    meter: prediction
                    unit_price_micros: cheap
                split: {owner: 10000, distributor: 0, platform: 0}

                """.utf8))
        let error = #expect(throws: SiteError.self) { try PriceDesk.read(file) }
        guard case .badConfiguration(_, let line, _)? = error else {
            Issue.record("expected a line")
            return
        }
        #expect(line == 8)
    }
}

extension SiteError {
    /// The machine code of a refused licence.
    fileprivate var code: String? {
        guard case .notLicensed(let code, _) = self else { return nil }
        return code
    }
}

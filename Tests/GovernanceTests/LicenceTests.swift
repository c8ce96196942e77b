// SPDX-License-Identifier: Apache-2.0
import Ledger
import Statistics
import Testing

@testable import Governance

@Suite struct LicenceTests {
    private let day = 86_400_000
    private let start = 1_764_000_000_000

    private func licence(
        sites: [String] = [], jurisdictions: [String] = [], uses: [String] = [],
        models: [String] = [], from: Int? = nil, days: Int = 100, graceDays: Int = 0,
        callCap: Int? = nil
    ) throws -> Licence {
        try Licence(
            licensee: "north", sites: sites, jurisdictions: jurisdictions, uses: uses,
            models: models, from: from ?? start, until: (from ?? start) + days * day,
            graceDays: graceDays, callCap: callCap)
    }

    private func code(
        _ book: LicenceBook, _ licensee: String = "north", site: String? = "a",
        jurisdiction: String? = "US", use: String? = "diagnosis-support", model: String = "panel",
        at: Int? = nil, calls: Int = 0
    ) -> String {
        switch book.decide(
            licensee: licensee, site: site, jurisdiction: jurisdiction, use: use, model: model,
            at: at ?? start, callsSoFar: calls)
        {
        case .covered(let inGrace): inGrace ? "grace" : "covered"
        case .refused(let code, let sentence): sentence.isEmpty ? "no sentence" : code
        }
    }

    private func book(_ licences: Licence...) -> LicenceBook {
        var book = LicenceBook()
        for licence in licences { book.grant(licence, at: start) }
        return book
    }

    @Test("without a licence nothing is covered, and an empty list sets no bound")
    func needsALicence() throws {
        #expect(code(LicenceBook()) == "license_missing")
        let open = book(try licence())
        #expect(code(open) == "covered")
        #expect(code(open, site: nil, jurisdiction: nil, use: nil) == "covered")
        #expect(code(open, "south") == "license_missing")
    }

    @Test("the term, its days of grace and its end are exact to the millisecond")
    func keepsTheTerm() throws {
        let book = book(try licence(from: start + day, days: 10, graceDays: 2))
        let end = start + 11 * day
        #expect(code(book, at: start - 1) == "license_missing")
        #expect(code(book, at: start + day - 1) == "license_not_yet")
        #expect(code(book, at: start + day) == "covered")
        #expect(code(book, at: end - 1) == "covered")
        #expect(code(book, at: end) == "grace")
        #expect(code(book, at: end + 2 * day - 1) == "grace")
        #expect(code(book, at: end + 2 * day) == "license_expired")
    }

    @Test("what a licence lists is all it covers, and a call must say where it stands")
    func keepsItsBounds() throws {
        let sites = book(try licence(sites: ["a", "b"]))
        #expect(code(sites, site: "b") == "covered")
        #expect(code(sites, site: "c") == "license_site")
        #expect(code(sites, site: nil) == "license_site")
        let places = book(try licence(jurisdictions: ["US"]))
        #expect(code(places, jurisdiction: "US-MN") == "license_jurisdiction")
        #expect(code(places, jurisdiction: nil) == "license_jurisdiction")
        let uses = book(try licence(uses: ["teaching"]))
        #expect(code(uses) == "license_use")
        #expect(code(uses, use: nil) == "license_use")
        let models = book(try licence(models: ["other"]))
        #expect(code(models) == "license_model")
        let unsaid = sites.decide(
            licensee: "north", site: nil, jurisdiction: nil, use: nil, model: "panel", at: start,
            callsSoFar: 0)
        guard case .refused(_, let sentence) = unsaid else {
            Issue.record("covered")
            return
        }
        #expect(sentence.contains("names no site"))
    }

    @Test("the cap is the last call that is covered")
    func keepsTheCap() throws {
        let book = book(try licence(callCap: 3))
        #expect(code(book, calls: 2) == "covered")
        #expect(code(book, calls: 3) == "license_cap")
    }

    @Test("a later grant replaces the earlier one from its own time on, and counts its own calls")
    func replaces() throws {
        var book = book(try licence(uses: ["diagnosis-support"], days: 10, callCap: 2))
        book.grant(
            try licence(uses: ["teaching"], from: start + 10 * day, days: 10), at: start + day)
        #expect(code(book, at: start + 2 * day) == "covered")
        #expect(code(book, at: start + 10 * day) == "license_use")
        #expect(code(book, use: "teaching", at: start + 10 * day) == "covered")
        for _ in 0..<2 { book.countCall(of: "north", at: start + 3 * day) }
        #expect(book.calls(of: "north", at: start + 3 * day) == 2)
        #expect(book.calls(of: "north", at: start + 10 * day) == 0)
        book.countCall(of: "nobody", at: start)
        #expect(book.calls(of: "nobody", at: start) == 0)
    }

    @Test("a revoked licence ends at once, without grace, until the next grant")
    func revokes() throws {
        var book = book(try licence(graceDays: 30))
        book.grant(try licence(from: start + 50 * day), at: start)
        book.revoke("north", at: start + day)
        book.revoke("stranger", at: start)
        #expect(code(book, at: start + day - 1) == "covered")
        #expect(code(book, at: start + day) == "license_revoked")
        #expect(code(book, at: start + 60 * day) == "license_revoked")
        book.grant(try licence(days: 20), at: start + 2 * day)
        #expect(code(book, at: start + day) == "license_revoked")
        #expect(code(book, at: start + 2 * day) == "covered")
        #expect(book.terms(at: start + 2 * day).count == 1)
    }

    @Test("the book is the fold of its entries, and what can't be read changes nothing")
    func folds() throws {
        var book = LicenceBook()
        let body = try licence(sites: ["a"], graceDays: 3, callCap: 9).json
        let taken = [
            book.apply(type: "license.granted", body: body, at: start),
            book.apply(type: "license.granted", body: .object([:]), at: start),
            book.apply(type: "license.revoked", body: .null, at: start),
            book.apply(type: "call.settled", body: .null, at: start),
        ]
        #expect(taken == [true, false, false, true])
        #expect(book.term(of: "north", at: start)?.licence == (try Licence(json: body)))
        #expect(code(book) == "covered")
        let end = CanonicalJSON.object(["licensee": .string("north")])
        book.apply(type: "license.revoked", body: end, at: start + 1)
        #expect(code(book, at: start + 1) == "license_revoked")
    }

    @Test("a licence that can't be meant is refused by the name of its member")
    func refusesSlips() throws {
        func problem(_ change: (inout [String: CanonicalJSON]) -> Void) throws -> GovernanceError? {
            guard case .object(var members) = try licence().json else { return nil }
            change(&members)
            do throws(GovernanceError) {
                _ = try Licence(json: .object(members))
                return nil
            } catch { return error }
        }
        #expect(try problem { _ in } == nil)
        #expect(try problem { $0["licensee"] = nil } == .missing("licence.licensee"))
        #expect(try problem { $0["until"] = .int(1) }?.sentence.contains("licence.until") == true)
        #expect(try problem { $0["call_cap"] = .int(-1) }?.sentence.contains("call_cap") == true)
        #expect(try problem { $0["grace_days"] = .int(Int.max) } != nil)
        #expect(try problem { $0["sites"] = .array([.string("a"), .string("a")]) } != nil)
        #expect(try problem { $0["sites"] = .string("a") } != nil)
        #expect(try problem { $0["calls_cap"] = .int(1) }?.sentence.contains("calls_cap") == true)
        #expect(try problem { $0["call_cap"] = .null } == nil)
    }
}

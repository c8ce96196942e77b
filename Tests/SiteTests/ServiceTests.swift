// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import Ledger
import Records
import Site
import Testing

@Suite("Metered calls")
struct ServiceTests {
    let input = CaseInput(findings: [Finding(evidence: "E_53", isPresent: true)])

    /// Somebody whose key the site knows.
    func caller(_ name: String, key: String?) -> Caller {
        Caller(
            principal: Principal(name: name, keySHA256: "", created: 0), dialect: "test",
            idempotencyKey: key)
    }

    /// A site at which `p` and `q` hold keys.
    func site(_ scratch: Scratch) throws -> SiteDirectory {
        let site = try SiteDirectory.create(scratch.path + "/s")
        for name in ["p", "q"] { _ = try KeyStore(site).create(name: name) }
        return site
    }

    func entries(_ service: Service) throws -> [String] {
        try service.log.records(0..<service.log.size).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("a call is reserved and settled before it returns, and its receipt names the entry")
    func reservesAndSettles() async throws {
        let scratch = try Scratch()
        let service = try await Service(site(scratch))
        let start = service.log.size
        let call = try await service.calls.predict(
            input, model: Service.panelName, by: caller("p", key: nil))
        let log = try entries(service)
        #expect(log.count == start + 2 && call.receipt.index == start + 1)
        #expect(call.receipt.size == start + 2)
        #expect(log[0].contains("price.published") && log[start].contains("call.reserved"))
        #expect(log[1].contains("version.registered"))
        #expect(log[start + 1].contains("call.settled"))
        #expect(log[start + 1].contains(#""price_micros":20000"#))
        #expect(call.receipt.root == service.log.root.hex)
        #expect(!log.joined().contains("E_53"))
        service.close()
    }

    @Test("a repeated idempotency key is billed once, also after a restart")
    func billsOnce() async throws {
        let scratch = try Scratch()
        let site = try self.site(scratch)
        var service = try await Service(site)
        let first = try await service.calls.predict(
            input, model: Service.panelName, by: caller("p", key: "k"))
        service.close()
        service = try await Service(site)
        let second = try await service.calls.predict(
            input, model: Service.panelName, by: caller("p", key: "k"))
        #expect(second.isReplay && second.receipt.index == first.receipt.index)
        #expect(second.assessment == first.assessment)
        #expect(try entries(service).count { $0.contains("call.settled") } == 1)
        let other = CaseInput(findings: [Finding(evidence: "E_66", isPresent: true)])
        await #expect(throws: SiteError.idempotencyKeyReused) {
            try await service.calls.predict(
                other, model: Service.panelName, by: caller("p", key: "k"))
        }
        let stranger = try await service.calls.predict(
            other, model: Service.panelName, by: caller("q", key: "k"))
        #expect(!stranger.isReplay)
        service.close()
    }

    @Test("a reservation left by a crash is released, once, and can be called again")
    func releasesReservations() async throws {
        let scratch = try Scratch()
        let site = try SiteDirectory.create(scratch.path + "/s")
        try Recorder(site).record(
            Entry(
                .callReserved, actor: "p",
                body: ["call": .string("lost"), "price_micros": .int(5), "request": .string("x")]))
        for _ in 0..<2 {
            let service = try await Service(site)
            #expect(try entries(service).count { $0.contains("call.released") } == 1)
            service.close()
        }
    }

    @Test("an answer of another model version is never passed off as a replay")
    func replayOfAnotherVersion() async throws {
        let scratch = try Scratch()
        var site = try self.site(scratch)
        var service = try await Service(site)
        _ = try await service.calls.predict(
            input, model: Service.panelName, by: caller("p", key: "k"))
        service.close()
        let yaml = site.configuration.yaml.replacingOccurrences(
            of: "likelihood_floor: 0.02", with: "likelihood_floor: 0.2")
        try Files.replace(site.path + "/site.yaml", with: Array(yaml.utf8))
        site = try SiteDirectory(site.path)
        service = try await Service(site)
        await #expect(throws: SiteError.answeredByAnotherVersion) {
            try await service.calls.predict(
                input, model: Service.panelName, by: caller("p", key: "k"))
        }
        service.close()
    }

    @Test("a ledger cut back or exchanged as a whole is refused, however consistent in itself")
    func exchangedLedger() async throws {
        let scratch = try Scratch()
        let site = try SiteDirectory.create(scratch.path + "/s", name: "a")
        let other = try SiteDirectory.create(
            scratch.path + "/t", name: "a", keyDirectory: site.configuration.keyDirectory)
        for count in 1...3 {
            try Recorder(site).record(
                Entry(.keyCreated, actor: "key", body: ["name": .string("n\(count)")]))
        }
        #expect(try site.verifyLedger().ok && other.verifyLedger().ok)
        let files = FileManager.default
        try files.removeItem(atPath: site.ledgerPath)
        try files.copyItem(atPath: other.ledgerPath, toPath: site.ledgerPath)
        #expect(try !site.verifyLedger().ok)
        await #expect(throws: SiteError.self) { try await Service(site) }
        #expect(throws: SiteError.self) {
            try Recorder(site).record(Entry(.keyCreated, actor: "key", body: [:]))
        }
    }

    @Test("an unknown model is refused without an entry")
    func unknownModel() async throws {
        let scratch = try Scratch()
        let service = try await Service(SiteDirectory.create(scratch.path + "/s"))
        let start = service.log.size
        await #expect(throws: SiteError.unknownModel("gpt")) {
            try await service.calls.predict(
                input, model: "gpt", by: caller("p", key: nil))
        }
        #expect(service.log.size == start)
        service.close()
    }

    @Test("an entry recorded while a server holds the ledger waits for it and is taken over")
    func inbox() async throws {
        let scratch = try Scratch()
        let site = try SiteDirectory.create(scratch.path + "/s")
        let service = try await Service(site)
        let start = service.log.size
        try Recorder(site).record(Entry(.keyCreated, actor: "key", body: ["name": .string("n")]))
        #expect(service.log.size == start)
        try service.drainInbox()
        #expect(service.log.size == start + 1)
        try service.drainInbox()
        #expect(service.log.size == start + 1)
        service.close()
        #expect(try site.verifyLedger().ok)
    }

    @Test("a key opens its door, its hash alone is stored, and a new key is known at once")
    func keys() async throws {
        let scratch = try Scratch()
        let site = try SiteDirectory.create(scratch.path + "/s")
        let service = try await Service(site)
        let key = try KeyStore(site).create(name: "clinic").key
        #expect(service.calls.principal(forKey: key)?.name == "clinic")
        #expect(service.calls.principal(forKey: key + "x") == nil)
        #expect(service.calls.principal(forKey: "") == nil)
        #expect(try !Files.readText(site.keysFile).contains(key))
        #expect(throws: SiteError.self) { try KeyStore(site).create(name: "clinic") }
        #expect(throws: SiteError.self) { try KeyStore(site).create(name: "a b") }
        #expect(throws: SiteError.self) { try KeyStore(site).create(name: "workbench") }
        try KeyStore(site).revoke(name: "clinic")
        #expect(service.calls.principal(forKey: key) == nil)
        #expect(throws: SiteError.self) { try KeyStore(site).revoke(name: "clinic") }
        service.close()
    }
}

// SPDX-License-Identifier: Apache-2.0
import Cohorts
import Foundation
import Ledger
import Records
import Testing

@testable import Site

@Suite("Stored definitions")
struct DefinitionStoreTests {
    private static let text = Array(#"{"name":"anybody"}"#.utf8)

    @Test("a text is kept under its digest, for the owner alone, and read back byte by byte")
    func keeps() throws {
        let scratch = try Scratch()
        let store = DefinitionStore(path: scratch.path + "/definitions")
        let digest = try store.keep(DefinitionStoreTests.text)
        #expect(digest == Files.digest(of: DefinitionStoreTests.text))
        #expect(try store.keep(DefinitionStoreTests.text) == digest)
        #expect(try store.text(of: digest) == DefinitionStoreTests.text)
        let file = "\(store.path)/\(digest).json"
        var status = stat()
        #expect(lstat(file, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(lstat(store.path, &status) == 0 && status.st_mode & 0o777 == 0o700)
        let names = try FileManager.default.contentsOfDirectory(atPath: store.path)
        #expect(names == [digest + ".json"])
    }

    @Test("only 64 lower-case hexadecimal digits name a text")
    func refusesOtherNames() throws {
        let scratch = try Scratch()
        let store = DefinitionStore(path: scratch.path + "/definitions")
        let digest = try store.keep(DefinitionStoreTests.text)
        try scratch.write("secret.json", "{}")
        let names = [
            "", "../secret", "..%2fsecret", digest.uppercased(), String(digest.dropLast()),
            digest + "0", String(repeating: "z", count: 64),
            "../definitions/" + digest.dropFirst(15), String(repeating: "0", count: 64),
        ]
        for name in names { #expect(try store.text(of: name) == nil, "\(name)") }
    }

    @Test("a text that was altered on disk is refused")
    func findsChanges() throws {
        let scratch = try Scratch()
        let store = DefinitionStore(path: scratch.path + "/definitions")
        let digest = try store.keep(DefinitionStoreTests.text)
        try scratch.write("definitions/\(digest).json", #"{"name":"somebody"}"#)
        #expect(throws: SiteError.self) { try store.text(of: digest) }
    }

    @Test("a text of more than a mebibyte is refused and not kept")
    func refusesLongTexts() throws {
        let scratch = try Scratch()
        let store = DefinitionStore(path: scratch.path + "/definitions")
        let long = [UInt8](repeating: UInt8(ascii: " "), count: DefinitionStore.longest + 1)
        #expect(throws: DefinitionStore.tooLong) { try store.keep(long) }
        #expect(!Files.exists(store.path))
        #expect(try !store.keep(Array(long.dropLast())).isEmpty)
    }

    @Test("the oldest texts make room for new ones")
    func makesRoom() throws {
        let scratch = try Scratch()
        let store = DefinitionStore(path: scratch.path + "/definitions", limit: 3)
        var digests: [String] = []
        for number in 0..<5 {
            let digest = try store.keep(Array("{\"number\":\(number)}".utf8))
            // Files of one moment have no order: an hour lies between them.
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1e6 + Double(number) * 3600)],
                ofItemAtPath: "\(store.path)/\(digest).json")
            digests.append(digest)
        }
        let kept = try digests.map { try store.text(of: $0) != nil }
        #expect(kept == [false, false, true, true, true])
    }

    @Test("definitions kept at the same time are all there")
    func keepsAtOnce() async throws {
        let scratch = try Scratch()
        let store = DefinitionStore(path: scratch.path + "/definitions")
        let digests = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<40 {
                group.addTask { try store.keep(Array("{\"number\":\(number % 10)}".utf8)) }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(digests.count == 10)
        for digest in digests { #expect(try store.text(of: digest) != nil) }
    }

    @Test("the built-in questions are the texts of Examples/")
    func examplesAreFiles() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        for example in ExampleQuestions.all {
            let file = root.appending(path: "Examples/\(example.file).json").path
            #expect(try Files.readText(file) == example.json, "\(example.file)")
        }
    }
}

@Suite("Discovery desk")
struct DiscoveryDeskTests {
    private static let json = Array(
        #"{"name":"Diabetes","index":{"anyOf":["SNOMED/44054006"],"occurrence":"first"},"rules":[]}"#
            .utf8)

    /// A served site with an export of some patients.
    private func serve(
        _ patients: Range<Int>, _ test: (Service, Scratch) async throws -> Void
    ) async throws {
        let scratch = try Scratch()
        let site = try SiteDirectory.create(scratch.path + "/site")
        try FHIR.export(patients, into: scratch, folder: "first")
        _ = try ImportJob(site: site).run(scratch.path + "/first")
        let service = try await Service(site)
        defer { service.close() }
        try await test(service, scratch)
    }

    @Test("the same answer is on record once, another choice of the same definition again")
    func recordsOnce() async throws {
        try await serve(0..<30) { service, _ in
            let desk = DiscoveryDesk(service)
            let size = service.log.size
            let release = try desk.count(DiscoveryDeskTests.json)
            #expect(release.outputs.persons.value == 30)
            let index = try await desk.record(release, actor: "workbench")
            #expect(service.log.size == size + 1)
            let again = try desk.answer(DiscoveryRequest(digest: release.request.digest))
            let known = try #require(again)
            #expect(known.outputs == release.outputs)
            #expect(try await desk.record(known, actor: "workbench") == index)
            #expect(service.log.size == size + 1)
            // A rule the definition lacks can't be off.
            let same = try desk.answer(
                DiscoveryRequest(digest: release.request.digest, off: [7]))
            #expect(try await desk.record(try #require(same), actor: "workbench") == index)
            let followed = try #require(
                try desk.answer(
                    DiscoveryRequest(
                        digest: release.request.digest,
                        outcome: .init(name: "death", codes: [.death]))))
            #expect(try await desk.record(followed, actor: "workbench") == index + 1)
        }
    }

    @Test("a new release is counted anew and put on record again")
    func followsReleases() async throws {
        try await serve(0..<30) { service, scratch in
            let desk = DiscoveryDesk(service)
            let before = try desk.count(DiscoveryDeskTests.json)
            _ = try await desk.record(before, actor: "workbench")
            try FHIR.export(30..<60, into: scratch, folder: "second")
            _ = try ImportJob(site: service.site).run(scratch.path + "/second")
            try service.drainInbox()
            let size = service.log.size
            let after = try #require(
                try desk.answer(DiscoveryRequest(digest: before.request.digest)))
            #expect(after.outputs.persons.value == 60)
            _ = try await desk.record(after, actor: "workbench")
            #expect(service.log.size == size + 1)
        }
    }

    @Test("what is not understood is neither kept nor counted")
    func keepsNoNonsense() async throws {
        try await serve(0..<12) { service, _ in
            let desk = DiscoveryDesk(service)
            #expect(throws: SiteError.self) { try desk.count(Array("{".utf8)) }
            #expect(throws: SiteError.self) {
                try desk.count(Array(#"{"ConceptSets":[],"PrimaryCriteria":{}}"#.utf8))
            }
            #expect(!Files.exists(desk.definitions.path))
            let outside = try desk.answer(DiscoveryRequest(digest: "../site"))
            #expect(outside == nil)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import Records
import Diagnosis
import Foundation
import Ledger
import Site
import Synchronization
import Testing

@testable import Gateway

/// A writer that holds a site's ledger and a replica of the site, joined by a wire that can fail.
final class ReplicaFixture: Sendable {
    /// What the wire does with the next question of a kind.
    enum Fault: Sendable {
        /// The writer never hears it.
        case losesQuestion
        /// The writer acts, and its answer is lost.
        case losesAnswer
        /// The writer acts, its answer is lost, and it dies and comes back.
        case losesWriterAfter
        /// The writer dies and comes back before it hears the question.
        case losesWriterBefore
    }

    /// The wire, and the writer at its other end.
    final class Wire: DeskTransport {
        private struct Broken: Error {}

        struct State {
            var service: Service?
            var desk: ReplicaDesk?
            var faults: [DeskQuestion: [Fault]] = [:]
            var isDown = false
        }

        let state = Mutex(State())
        let site: SiteDirectory

        init(_ site: SiteDirectory) {
            self.site = site
        }

        func open() async throws {
            let service = try await Service(site)
            let desk = ReplicaDesk(desk: service.desk, ledger: .init(service))
            state.withLock {
                $0.service = service
                $0.desk = desk
            }
        }

        func close() {
            let service = state.withLock { state in
                defer {
                    state.service = nil
                    state.desk = nil
                }
                return state.service
            }
            service?.close()
        }

        func ask(_ question: DeskQuestion, _ body: [UInt8], timeout: Duration) async throws
            -> [UInt8]
        {
            let (isDown, fault) = state.withLock { state in
                (
                    state.isDown,
                    state.faults[question]?.isEmpty == false
                        ? state.faults[question]?.removeFirst() : nil
                )
            }
            if isDown || fault == .losesQuestion { throw Broken() }
            if fault == .losesWriterBefore {
                close()
                try await open()
            }
            guard let desk = state.withLock({ $0.desk }) else { throw Broken() }
            let reply = try await desk.answer(question, body)
            if fault == .losesWriterAfter {
                close()
                try await open()
            }
            if fault == .losesAnswer || fault == .losesWriterAfter { throw Broken() }
            return reply
        }
    }

    let wire: Wire
    let replica: Replica
    let principal: Principal
    let operations: Operations
    private let directory: String

    static func run(failsOpen: Bool = false, _ test: (ReplicaFixture) async throws -> Void)
        async throws
    {
        let fixture = try await ReplicaFixture(failsOpen: failsOpen)
        defer { fixture.remove() }
        try await test(fixture)
    }

    private init(failsOpen: Bool) async throws {
        directory = FileManager.default.temporaryDirectory.path + "/replica-\(UUID().uuidString)"
        let made = try SiteDirectory.create(directory + "/site", keyDirectory: directory + "/keys")
        let yaml = made.path + "/site.yaml"
        let text = try String(contentsOfFile: yaml, encoding: .utf8)
        try text.replacing("clinical_fail_open: false", with: "clinical_fail_open: \(failsOpen)")
            .write(toFile: yaml, atomically: true, encoding: .utf8)
        let site = try SiteDirectory(made.path)
        try #require(site.configuration.gateway.clinicalFailOpen == failsOpen)
        principal = try KeyStore(site).create(name: "caller").principal
        wire = Wire(site)
        try await wire.open()
        replica = try Replica(site, transport: wire, pause: .zero)
        operations = Operations(settings: GatewaySettings(), log: LogWriter { _ in })
    }

    private func remove() {
        wire.close()
        try? FileManager.default.removeItem(atPath: directory)
    }

    var spillDirectory: String { replica.site.path + "/spill" }

    func fail(_ question: DeskQuestion, _ faults: Fault...) {
        wire.state.withLock { $0.faults[question] = faults }
    }

    func setDown(_ isDown: Bool) {
        wire.state.withLock { $0.isDown = isDown }
    }

    /// Has a small case answered by the replica's panel.
    func predict(key: String? = nil, findings: Int = 1) async throws(SiteError) -> ServedCall {
        var caller = Site.Caller(principal: principal, dialect: "native")
        caller.idempotencyKey = key
        caller.subject = "patient 7"
        let input = CaseInput(
            age: 50 + findings, sex: .female,
            findings: [Finding(evidence: "E_53", isPresent: true)])
        return try await replica.calls.predict(input, model: CallService.panelName, by: caller)
    }

    /// Bodies of the entries of one type.
    func entries(_ type: String) throws -> [CanonicalJSON] {
        let service = try #require(wire.state.withLock { $0.service })
        return try service.log.records(0..<service.log.size)
            .map { try CanonicalJSON(parsing: $0) }
            .filter { $0["type"]?.stringValue == type }
            .compactMap { $0["body"] }
    }

    var settled: Int {
        get throws { try entries("call.settled").count }
    }

    /// Files that wait to be merged.
    var spillFiles: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: spillDirectory)) ?? [])
            .filter { $0.hasSuffix(".ndjson") }
    }
}

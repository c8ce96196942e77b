// SPDX-License-Identifier: Apache-2.0
import Crypto
package import Diagnosis
import Foundation
package import Knowledge
package import Ledger
import Synchronization
package import Timelines
import Vault

/// A model the gateway may serve.
package struct ServedModel: Sendable, Hashable {
    package let id: String
    /// Code version and digest of the knowledge: what an auditor matches a client's log to.
    package let version: String
    package let digest: String
    /// Seconds since 1970.
    package let created: Int
    package let owner: String
    package let summary: String
}

/// Where a call stands in the ledger.
package struct Receipt: Sendable, Hashable {
    /// Index of the entry that settled (or refused) the call.
    package let index: Int
    /// Size and root of the tree once that entry was durable.
    package let size: Int
    package let root: String
}

/// An answered call.
package struct ServedCall: Sendable {
    package let predictionID: String
    package let assessment: Assessment
    package let receipt: Receipt
    /// The same idempotency key was answered before: the receipt names that call's entry in the
    /// tree as it stands now, and nothing is billed again.
    package let isReplay: Bool
    /// What this call was billed; 0 for a replay.
    package let priceMicros: Int
}

/// A site opened for serving: every call is reserved, answered and settled in the ledger, and only
/// then returned.
package final class Service: Sendable {
    package let site: SiteDirectory
    package let knowledge: KnowledgeBase
    package let panel: Panel
    package let models: [ServedModel]
    package let keys: KeyStore
    package let log: LedgerLog
    private let book: CallBook
    private let digestKey: SymmetricKey
    private let keptSize = Mutex(-1)
    private let segment = Mutex<(name: String, store: TimelineStore)?>(nil)

    /// The version of this code, part of every model version.
    package static let codeVersion = "0.1.0"
    /// The name under which the panel is served.
    package static let panelName = Panel.model

    /// Opens the ledger as its one writer, rebuilds what it says about calls, and releases
    /// reservations a crash left behind.
    package init(_ site: SiteDirectory) async throws(SiteError) {
        self.site = site
        let knowledge = try stage { try KnowledgeBase.ddxplus() }
        self.knowledge = knowledge
        let configuration = site.configuration
        panel = Panel(
            knowledge: knowledge,
            settings: try Shipped.settings(
                floor: configuration.likelihoodFloor, stop: configuration.stopProbability,
                maxQuestions: configuration.maxQuestions))
        models = [
            ServedModel(
                id: Service.panelName, version: "\(Service.codeVersion)+\(panel.digest)",
                digest: panel.digest, created: 1_764_000_000, owner: configuration.name,
                summary: "Panel of five roles over \(knowledge.conditions.count) conditions and "
                    + "\(knowledge.evidences.count) yes/no findings. \(knowledge.source)")
        ]
        keys = try KeyStore(site)
        let vault = try site.vault()
        let secret = try stage { try vault.unseal(SiteDirectory.digestKeyName) }
        digestKey = SymmetricKey(data: secret)
        let recorder = Recorder(site)
        log = try recorder.openLog()
        book = try CallBook(replaying: log)
        try Recorder.drain(site.ledgerPath + "/inbox", into: log)
        for call in book.openReservations {
            _ = try await append(
                Entry(.callReleased, actor: call.principal, body: ["call": .string(call.id)]))
            book.abandon(call.id)
        }
    }

    /// The principal holding a key; nil where nobody does.
    package func principal(forKey key: String) -> Principal? {
        keys.principal(forKey: key)
    }

    /// Takes entries other processes left for the ledger, and keeps the latest checkpoint beside
    /// the keys; called about once a second by the server.
    package func drainInbox() throws(SiteError) {
        try Recorder.drain(site.ledgerPath + "/inbox", into: log)
        let size = log.size
        guard keptSize.withLock({ $0 != size }) else { return }
        Recorder(site).keep(log)
        keptSize.withLock { $0 = size }
    }

    /// Signs a last checkpoint and gives the log back.
    package func close() {
        Recorder(site).close(log)
    }

    /// Answers one case: reserve, assess, settle.
    ///
    /// - Parameters:
    ///   - idempotencyKey: the caller's own name for this call; a repetition within 24 hours gets
    ///     the first call's entry and is billed nothing.
    ///   - dialect: which surface asked, for the record.
    /// - Throws: `SiteError`; nothing that was not recorded is ever returned.
    package func predict(
        _ input: CaseInput, model: String, principal: String, idempotencyKey: String?,
        dialect: String
    ) async throws(SiteError) -> ServedCall {
        guard let served = models.first(where: { $0.id == model }) else {
            throw .unknownModel(model)
        }
        let request = keyed(Files.json(input))
        let id = Files.hex(RandomKey.bytes(count: 12))
        let idempotency = idempotencyKey.map { keyed(Array("\(principal)\n\($0)".utf8)) }
        if let earlier = try book.begin(
            id: id, principal: principal, idempotency: idempotency, request: request)
        {
            // The same version answers the same; another one's answer would not be on record.
            guard earlier.version == served.version else { throw .answeredByAnotherVersion }
            return ServedCall(
                predictionID: earlier.id, assessment: panel.assess(input),
                receipt: receipt(at: earlier.settledAt), isReplay: true, priceMicros: 0)
        }
        let price = site.configuration.predictionMicros
        do throws(SiteError) {
            var body: [String: CanonicalJSON] = [
                "call": .string(id), "model": .string(served.id),
                "version": .string(served.version), "dialect": .string(dialect),
                "price_micros": .int(price), "currency": .string(site.configuration.currency),
                "request": .string(request),
            ]
            if let idempotency { body["idempotency"] = .string(idempotency) }
            let reserved = try await append(Entry(.callReserved, actor: principal, body: body))
            let assessment = panel.assess(input)
            let settled = try await append(
                Entry(
                    .callSettled, actor: principal,
                    body: [
                        "call": .string(id), "reserved": .int(reserved),
                        "price_micros": .int(price), "findings": .int(input.findings.count),
                        "answer": .string(keyed(assessment.fingerprint)),
                    ]))
            book.settle(id, at: settled, version: served.version)
            return ServedCall(
                predictionID: id, assessment: assessment, receipt: receipt(at: settled),
                isReplay: false, priceMicros: price)
        } catch {
            book.abandon(id)
            throw .notRecorded(error.sentence)
        }
    }

    /// Records a call that was refused for what it lacked; it costs nothing.
    package func refuse(model: String, principal: String, dialect: String, reason: String)
        async throws(SiteError) -> Receipt
    {
        let index = try await append(
            Entry(
                .callRefused, actor: principal,
                body: [
                    "model": .string(String(model.prefix(80))), "dialect": .string(dialect),
                    "reason": .string(reason),
                ]))
        return receipt(at: index)
    }

    /// Appends an entry; its index once it is durable.
    package func append(_ entry: Entry) async throws(SiteError) -> Int {
        do throws(LedgerError) {
            return try await log.append(entry.record)
        } catch { throw .refused(error.sentence) }
    }

    /// The entry's place in the tree as it stands now.
    private func receipt(at index: Int) -> Receipt {
        let head = log.head
        return Receipt(index: index, size: head.size, root: head.root.hex)
    }

    /// A digest that only the site can compute, so that a small set of possible cases can't be
    /// tried against the ledger.
    private func keyed(_ bytes: [UInt8]) -> String {
        Files.hex(HMAC<SHA256>.authenticationCode(for: bytes, using: digestKey))
    }

    /// The timelines in force; a new release is picked up without a restart.
    package func timelines() throws(SiteError) -> TimelineStore {
        guard let current = try CurrentTimelines.read(site) else {
            throw .nothingImported(directory: site.path)
        }
        if let open = segment.withLock({ $0 }), open.name == current.segment { return open.store }
        let store = try site.timelines()
        segment.withLock { $0 = (current.segment, store) }
        return store
    }
}

extension Assessment {
    /// What identifies the answer: model, conditions in order, and their exact probabilities.
    ///
    /// The rest of an assessment follows from these and the request.
    fileprivate var fingerprint: [UInt8] {
        var bytes = Array(modelDigest.utf8)
        for hypothesis in differential {
            bytes += Array(hypothesis.name.utf8)
            withUnsafeBytes(of: hypothesis.probability.bitPattern.littleEndian) {
                bytes.append(contentsOf: $0)
            }
        }
        return bytes
    }
}

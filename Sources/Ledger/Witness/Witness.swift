// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// Signs checkpoints of logs it knows, each only after the one it signed before was shown to be its
/// beginning: so a log can't show one history to one party and another to the next.
///
/// The other party to a bill runs one. Its state is one small file: the latest checkpoint of each
/// log, replaced as a whole before a signature is handed out. C2SP `tlog-witness`.
package final class Witness: Sendable {
    private let stateFile: String
    private let key: WitnessKey
    private let logs: [String: LedgerPublicKey]
    private let now: @Sendable () -> Int
    private let latest: Mutex<[String: Checkpoint]>

    /// Opens a witness's state, or starts one.
    ///
    /// - Parameters:
    ///   - logs: the key of each log it signs for, by origin.
    ///   - now: seconds since 1970, UTC.
    package init(
        stateFile: String, key: WitnessKey, logs: [String: LedgerPublicKey],
        now: @escaping @Sendable () -> Int
    ) throws(LedgerError) {
        self.stateFile = stateFile
        self.key = key
        self.logs = logs
        self.now = now
        latest = Mutex(try Witness.read(stateFile))
    }

    /// What others check its signatures with.
    package var publicKey: WitnessPublicKey { key.publicKey }

    /// The checkpoint of a log that was signed last.
    package func latest(origin: String) -> Checkpoint? { latest.withLock { $0[origin] } }

    /// Checks a checkpoint against the one signed last and signs it.
    ///
    /// - Returns: the signature line, once the checkpoint is durable in the state file.
    package func add(_ request: AddCheckpointRequest) throws(WitnessRefusal)
        -> Checkpoint.Signature
    {
        let new = request.checkpoint
        guard let logKey = logs[new.origin] else { throw .unknownLog }
        guard new.verify(logKey) else { throw .badSignature }
        guard request.oldSize <= new.size else { throw .badRequest }
        let result: Result<Checkpoint.Signature, WitnessRefusal> = latest.withLock { latest in
            do throws(WitnessRefusal) {
                let known = latest[new.origin]
                try Witness.check(request, known: known)
                let line: Checkpoint.Signature
                do throws(LedgerError) {
                    line = try key.cosign(new, seconds: now())
                    var next = latest
                    next[new.origin] = new
                    try Witness.write(next, to: stateFile)
                    latest = next
                } catch {
                    throw .notRecorded(error)
                }
                return .success(line)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private static func check(_ request: AddCheckpointRequest, known: Checkpoint?)
        throws(WitnessRefusal)
    {
        let new = request.checkpoint
        let knownSize = known?.size ?? 0
        guard request.oldSize == knownSize else { throw .conflict(latestSize: knownSize) }
        if let known, known.size == new.size {
            guard known.root == new.root else { throw .conflict(latestSize: knownSize) }
        }
        let isConsistent = MerkleTree.verifyConsistency(
            from: knownSize, to: new.size, oldRoot: known?.root ?? MerkleTree.emptyRoot,
            newRoot: new.root, proof: request.proof)
        guard isConsistent else { throw .inconsistent }
    }

    // MARK: The state file

    /// Between the checkpoints in the state file; no line of one.
    private static let divider = "---\n"

    private static func read(_ path: String) throws(LedgerError) -> [String: Checkpoint] {
        guard LedgerFile.exists(path) else { return [:] }
        var known: [String: Checkpoint] = [:]
        var text = ""
        for line in try LedgerFile.readText(path).split(
            separator: "\n", omittingEmptySubsequences: false)
        {
            guard line + "\n" == divider else {
                text += line + "\n"
                continue
            }
            let checkpoint = try Checkpoint(parsing: text, file: path)
            known[checkpoint.origin] = checkpoint
            text = ""
        }
        guard text.isEmpty || text == "\n" else {
            throw .badCheckpoint(file: path, line: 1, expected: "checkpoints, each closed by ---")
        }
        return known
    }

    private static func write(_ known: [String: Checkpoint], to path: String) throws(LedgerError) {
        let text = known.sorted { $0.key < $1.key }.map { $0.value.text + divider }.joined()
        try LedgerFile.replace(path, with: Array(text.utf8))
    }
}

/// Why a witness does not sign.
package enum WitnessRefusal: Error, Equatable, Sendable {
    /// The old size is above the new one.
    case badRequest
    /// No log of this origin is known.
    case unknownLog
    /// The log's key did not sign the checkpoint.
    case badSignature
    /// The old size is not the one signed last, or another tree of this size was signed.
    case conflict(latestSize: Int)
    /// The proof does not show the new tree to begin with the old one.
    case inconsistent
    /// The state could not be kept, so nothing was signed.
    case notRecorded(LedgerError)

    /// The status of the answer, by C2SP `tlog-witness`.
    package var httpStatus: Int {
        switch self {
        case .badRequest: 400
        case .unknownLog: 404
        case .badSignature: 403
        case .conflict: 409
        case .inconsistent: 422
        case .notRecorded: 503
        }
    }

    /// The body of the answer: the latest size for a conflict, else the sentence.
    package var body: String {
        if case .conflict(let size) = self { return "\(size)\n" }
        return sentence + "\n"
    }

    /// The media type of the body.
    package var contentType: String {
        if case .conflict = self { return "text/x.tlog.size" }
        return "text/plain; charset=utf-8"
    }

    /// One sentence that says what was expected.
    package var sentence: String {
        switch self {
        case .badRequest: "The old size is above the checkpoint's; expected at most that."
        case .unknownLog:
            "This witness does not know the log; expected an origin it was set up for."
        case .badSignature: "The log's key did not sign this checkpoint; expected its signature."
        case .conflict(let size):
            "The checkpoint signed last has \(size) entries; expected a proof from there, and the "
                + "same root where the size is the same."
        case .inconsistent: "The proof does not lead from the old tree to the new one."
        case .notRecorded(let error): "The witness could not keep its state: \(error.sentence)"
        }
    }
}

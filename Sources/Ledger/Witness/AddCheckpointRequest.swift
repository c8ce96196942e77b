// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What a log sends to a witness: the body of `add-checkpoint` of C2SP `tlog-witness`.
///
/// ```
/// old 20852014
/// PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
///
/// example.com/behind-the-sofa
/// …
/// ```
package struct AddCheckpointRequest: Sendable, Hashable {
    /// The size of the checkpoint the witness signed last; 0 for none.
    package let oldSize: Int
    /// That the new tree begins with the old one.
    package let proof: [Digest32]
    /// What is to be signed.
    package let checkpoint: Checkpoint

    private static let longestProof = 63

    /// Puts a request together.
    package init(oldSize: Int, proof: [Digest32], checkpoint: Checkpoint) {
        self.oldSize = oldSize
        self.proof = proof
        self.checkpoint = checkpoint
    }

    /// Reads the body of a request.
    package init(parsing text: String) throws(LedgerError) {
        func refused(_ line: Int, _ expected: String) -> LedgerError {
            .badCheckpoint(file: "add-checkpoint", line: line, expected: expected)
        }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let blank = lines.firstIndex(where: \.isEmpty), blank > 0,
            lines[0].hasPrefix("old "), let size = Int(lines[0].dropFirst(4)), size >= 0,
            lines[0] == "old \(size)"
        else { throw refused(1, "`old` and a size, then the proof, a blank line, a checkpoint") }
        guard blank - 1 <= AddCheckpointRequest.longestProof else {
            throw refused(blank, "at most \(AddCheckpointRequest.longestProof) hashes")
        }
        var proof: [Digest32] = []
        for number in 1..<blank {
            guard let hash = Base64.bytes(lines[number]).flatMap({ Digest32($0) }) else {
                throw refused(number + 1, "a hash of 32 bytes in base64")
            }
            proof.append(hash)
        }
        let rest = lines[(blank + 1)...].joined(separator: "\n")
        self.init(
            oldSize: size, proof: proof,
            checkpoint: try Checkpoint(parsing: rest, file: "add-checkpoint"))
    }

    /// The body of the request.
    package var text: String {
        let hashes = proof.map { Data($0.bytes).base64EncodedString() + "\n" }.joined()
        return "old \(oldSize)\n\(hashes)\n\(checkpoint.text)"
    }
}

extension LedgerLog {
    /// What to send to a witness that signed this log last at a size.
    package func witnessRequest(since oldSize: Int) throws(LedgerError) -> AddCheckpointRequest {
        let checkpoint = try checkpoint()
        return AddCheckpointRequest(
            oldSize: oldSize, proof: try consistencyProof(from: oldSize, to: checkpoint.size),
            checkpoint: checkpoint)
    }

    /// The latest checkpoint with signatures of witnesses; nil before the first.
    package var witnessed: Checkpoint? {
        guard let text = try? LedgerFile.readText(paths.witnessed) else { return nil }
        return try? Checkpoint(parsing: text, file: paths.witnessed)
    }

    /// Keeps what witnesses signed, beside the checkpoint that goes on growing.
    ///
    /// Lines of unknown keys are dropped. The checkpoint of most entries is kept, with all its lines.
    ///
    /// - Returns: the checkpoint with the lines that were good.
    /// - Throws: `notWitnessed` where none is a known witness's.
    @discardableResult
    package func attach(
        _ lines: [Checkpoint.Signature], to checkpoint: Checkpoint,
        from witnesses: [WitnessPublicKey]
    ) throws(LedgerError) -> Checkpoint {
        try checkpoint.check(origin: origin, key: key.publicKey, file: paths.witnessed)
        let good = lines.filter { line in
            witnesses.contains { $0.seconds(of: line, on: checkpoint) != nil }
        }
        guard !good.isEmpty else { throw .notWitnessed(found: 0, required: 1) }
        let former = witnessed
        if let former, former.size > checkpoint.size { return checkpoint.adding(good) }
        let isSame = former?.body == checkpoint.body
        let complete = (isSame ? former ?? checkpoint : checkpoint).adding(good)
        try LedgerFile.replace(paths.witnessed, with: Array(complete.text.utf8))
        return complete
    }
}

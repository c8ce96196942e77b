// SPDX-License-Identifier: Apache-2.0
import Foundation
import Ledger

/// What the two parties of a cosigned log do, over files.
package enum Witnessing {
    /// Makes a witness's key; returns the public half to hand out.
    package static func makeKey(file: String, name: String) throws(SiteError) -> String {
        try stage { try WitnessKey.create(at: file, name: name).publicKey.text }
    }

    /// What a witness needs to cosign a site's log as it stands.
    package static func request(_ site: SiteDirectory, since: Int) throws(SiteError) -> String {
        let log = try Recorder(site).openLog()
        defer { Recorder(site).close(log) }
        return try stage { try log.witnessRequest(since: since).text }
    }

    /// The witness's line under a checkpoint that continues what it cosigned before.
    package static func cosign(
        keyFile: String, name: String, stateFile: String, logKeyFile: String, requestFile: String
    ) throws(SiteError) -> String {
        let request = try text(requestFile)
        return try stage {
            let request = try AddCheckpointRequest(parsing: request)
            let logKey = try LedgerPublicKey(text: try line(logKeyFile))
            let witness = try Witness(
                stateFile: stateFile, key: try WitnessKey.load(keyFile, name: name),
                logs: [request.checkpoint.origin: logKey],
                now: { Int(Date().timeIntervalSince1970) })
            return try witness.add(request).line
        }
    }

    /// Puts a witness's line under the checkpoint it cosigned; returns the checkpoint's size.
    package static func attach(_ site: SiteDirectory, witnessFile: String, lineFile: String)
        throws(SiteError) -> Int
    {
        let line = try text(lineFile).trimmingCharacters(in: .whitespacesAndNewlines)
        let log = try Recorder(site).openLog()
        defer { Recorder(site).close(log) }
        return try stage {
            let checkpoint = try log.checkpoint()
            guard let signature = Checkpoint.Signature(line: line) else {
                throw SiteError.refused(
                    "\(lineFile): expected one line of a signed note, which begins with a dash")
            }
            try log.attach(
                [signature], to: checkpoint,
                from: [try WitnessPublicKey(text: try Witnessing.line(witnessFile))])
            return checkpoint.size
        }
    }

    static func line(_ file: String) throws(SiteError) -> String {
        try Files.readText(file).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func text(_ file: String) throws(SiteError) -> String {
        guard file == "-" else { return try Files.readText(file) }
        return String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self)
    }
}

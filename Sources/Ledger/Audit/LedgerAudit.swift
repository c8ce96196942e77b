// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Checks a log for somebody who holds only an old checkpoint and the log's public key.
///
/// Nothing that comes from the log is believed before it adds up to a root that the key signed, and
/// the log has to begin with the tree of the old checkpoint. Every record is hashed. So a changed
/// byte of any record, another order and another count are found; where hashes that fit the signed
/// root are there, the first bad entry is named.
///
/// ```swift
/// let kept = try Checkpoint(parsing: text)
/// let report = LedgerAudit(kept: kept, publicKey: key).run(directory: path)
/// ```
package struct LedgerAudit: Sendable {
    /// The checkpoint that was kept outside; nil: only the log's own is checked.
    package let kept: Checkpoint?
    /// The log's key.
    package let publicKey: LedgerPublicKey
    /// Witnesses whose signatures count.
    package let witnesses: [WitnessPublicKey]
    /// How many of them have to have signed.
    package let required: Int

    /// What an audit has found.
    package struct Report: Sendable, Equatable {
        /// Whether nothing is wrong; a wrong hint alone is only noted.
        package var ok: Bool { problem == nil }
        /// The log's name.
        package var origin = ""
        /// Entries that were there, signed or not; those that were retired are counted.
        package var entries = 0
        /// Size of the log's own checkpoint; nil where it is missing or not signed by the key.
        package var signedSize: Int?
        /// Size of the checkpoint that was kept.
        package var keptSize: Int?
        /// The root over the signed entries.
        package var root: Digest32?
        /// Entries deleted by policy, by the signed statement: of these only hashes were checked.
        package var retired: [RetiredRange] = []
        /// The known witnesses that signed, by the latest checkpoint that carries their lines.
        package var cosigners: [Cosigner] = []
        /// The first entry that is not what was signed, where that can be told.
        package var firstBadIndex: Int?
        /// One sentence; nil where all is well.
        package var problem: String?
        /// Hints that are missing or wrong and change no answer: the writer makes them again.
        package var notes: [String] = []
        /// How long it took.
        package var seconds = 0.0
    }

    /// Sets up an audit.
    ///
    /// - Parameters:
    ///   - witnesses: those whose signatures count.
    ///   - required: how many of them have to have signed the log.
    package init(
        kept: Checkpoint?, publicKey: LedgerPublicKey, witnesses: [WitnessPublicKey] = [],
        required: Int = 0
    ) {
        self.kept = kept
        self.publicKey = publicKey
        self.witnesses = witnesses
        self.required = required
    }

    /// Checks a log's own directory, in use or not.
    package func run(directory: String) -> Report {
        timed { (report) throws(LedgerError) in
            let paths = LedgerPaths(directory: directory)
            guard let own = try paths.readCheckpoint() else {
                throw .missing(file: paths.checkpoint)
            }
            let origin = try checkedOrigin(own, file: paths.checkpoint, &report)
            let witnessed = LedgerFile.hint(paths.witnessed).flatMap {
                try? Checkpoint(parsing: String(decoding: $0, as: UTF8.self))
            }
            var check = LedgerCheck(paths: paths, origin: origin, key: publicKey, kept: kept)
            check.wanted = Set([witnessed?.size].compactMap { $0 })
            defer {
                report.entries = check.frontier.count
                report.signedSize = check.signed?.size
                report.root = check.signed?.root
                report.retired = check.retired
            }
            try check.run()
            let roots = check.roots
            try checkWitnesses(own: own, witnessed: witnessed, &report) { roots[$0] }
            report.notes = HintCheck(paths: paths, checkpoint: own).notes()
        }
    }

    /// Checks a log whose resources come through a function, such as over HTTP: `checkpoint`,
    /// `tile/<L>/<N>[.p/<W>]` and `tile/entries/<N>[.p/<W>]` of C2SP `tlog-tiles`.
    ///
    /// - Parameter fetch: the bytes at a path; nil where there are none.
    package func run(fetch: @escaping (_ path: String) throws -> [UInt8]?) -> Report {
        timed { (report) throws(LedgerError) in
            try TileAudit(audit: self, fetch: fetch).run(&report)
        }
    }

    private func timed(_ body: (inout Report) throws(LedgerError) -> Void) -> Report {
        var report = Report()
        report.keptSize = kept?.size
        let started = ContinuousClock.now
        do throws(LedgerError) {
            try body(&report)
        } catch {
            report.problem = error.sentence
            report.firstBadIndex = error.entryIndex
        }
        let elapsed = started.duration(to: .now).components
        report.seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
        return report
    }

    /// The origin that the log has to have: the kept checkpoint's, else what its own says.
    func checkedOrigin(_ own: Checkpoint, file: String, _ report: inout Report)
        throws(LedgerError) -> String
    {
        let origin = kept?.origin ?? own.origin
        report.origin = origin
        if let kept {
            try kept.check(origin: origin, key: publicKey, file: "the kept checkpoint")
        }
        try own.check(origin: origin, key: publicKey, file: file)
        return origin
    }

    /// Demands the witnesses' signatures on the log's own checkpoint, the kept one or one that is a
    /// beginning of the log.
    func checkWitnesses(
        own: Checkpoint, witnessed: Checkpoint?, _ report: inout Report,
        rootAt: (Int) -> Digest32?
    ) throws(LedgerError) {
        var signed = [own]
        if let kept { signed.append(kept) }
        if let witnessed, witnessed.verify(publicKey), witnessed.origin == own.origin,
            witnessed.size <= own.size, rootAt(witnessed.size) == witnessed.root
        {
            signed.append(witnessed)
        }
        let best = signed.map { $0.cosigners(among: witnesses) }.max { $0.count < $1.count } ?? []
        report.cosigners = best
        guard best.count >= required else {
            throw .notWitnessed(found: best.count, required: required)
        }
    }
}

/// Looks whether the files that only help are what they should be; a log that was found to be sound.
struct HintCheck {
    let paths: LedgerPaths
    let checkpoint: Checkpoint

    /// One sentence for each file that is missing or wrong.
    func notes() -> [String] {
        guard let view = SoundTiles.view(paths, checkpoint) else {
            return ["The partial tiles are missing or do not fit the signed root."]
        }
        var notes: [String] = []
        for level in 0..<view.edges.tiles.count {
            for index in 0..<view.edges.partialIndex(level: level) {
                let id = TileID(level: level, index: index)
                let root = try? view.node(8 * (level + 1), index)
                // Where the tile above is wrong, that one is named.
                guard let root, TileFiles.read(paths, id)?.root != root else { continue }
                notes.append("\(TilePath(id).text): missing, or does not fit the signed root.")
            }
        }
        return notes + indexNotes()
    }

    private func indexNotes() -> [String] {
        guard let segments = try? SegmentList.open(paths, flags: O_RDONLY) else { return [] }
        return segments.compactMap { segment in
            (try? segment.isIndexSound(signed: checkpoint.size)) == true
                ? nil
                : "The index of the segment that starts at \(segment.first) is missing or wrong."
        }
    }
}

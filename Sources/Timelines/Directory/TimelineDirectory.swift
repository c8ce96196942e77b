// SPDX-License-Identifier: Apache-2.0
import Glibc
import Records

/// A directory of segments that timelines are added to: one large base and small tails.
///
/// A tail holds the whole timelines of the subjects it touches; what older segments say of those is
/// superseded. The manifest names the segments that count and is replaced as one step: whenever a
/// write stops, the directory is as the last commit left it. Files no manifest names are removed by
/// the next write. The generation before the current one is kept until the next commit, so that a
/// directory whose newest segment was lost can still be opened.
///
/// One process writes at a time; any number read meanwhile.
package struct TimelineDirectory: Sendable {
    package let path: String
    /// Called after each step of a write, for tests that stop there.
    var afterStep: @Sendable (Step) throws(TimelineError) -> Void = { _ in }

    /// The steps of a write in their order.
    enum Step: CaseIterable, Sendable {
        case cleaned, segmentWritten, segmentChecked, previousKept, manifestWritten
        case manifestInPlace, durable, leftoversRemoved
    }

    package init(_ path: String) {
        self.path = path
    }

    /// What a directory holds, without opening any event.
    package struct Summary: Hashable, Sendable {
        /// Commits so far.
        package let generation: Int
        /// Names of the segment files, oldest first.
        package let files: [String]
        package let subjects: Int
        package let events: Int
        /// See `TimelineStore.contentDigest`.
        package let digest: String
        /// What had to be done without; nil if nothing.
        package let recovery: String?
    }

    /// Opens the directory and says what it holds.
    package func summary() throws(TimelineError) -> Summary {
        let (manifest, store) = try open()
        return Summary(
            generation: manifest.generation, files: manifest.segments.map(\.file),
            subjects: store.subjectCount, events: store.eventCount, digest: store.contentDigest,
            recovery: store.recovery)
    }

    // MARK: Reading

    /// Opens the last committed state, or the one before it if a file of the last is lost.
    func open() throws(TimelineError) -> (manifest: Manifest, store: TimelineStore) {
        do throws(TimelineError) {
            guard let manifest = try manifest(Manifest.name) else {
                throw TimelineError.noTimelines(directory: path)
            }
            return (manifest, try store(manifest, recovery: nil))
        } catch {
            // A reader may have been overtaken by a commit that removed the files it was to open.
            if let manifest = try? manifest(Manifest.name),
                let store = try? store(manifest, recovery: nil)
            {
                return (manifest, store)
            }
            guard let previous = try? manifest(Manifest.previousName) else { throw error }
            let recovery =
                "\(path): opened as it was at commit \(previous.generation), since the last one "
                + "cannot be opened (\(error.sentence))"
            guard let store = try? store(previous, recovery: recovery) else { throw error }
            return (previous, store)
        }
    }

    /// Nil where there is no such manifest.
    private func manifest(_ name: String) throws(TimelineError) -> Manifest? {
        let file = "\(path)/\(name)"
        guard let bytes = try WholeFile.read(file) else { return nil }
        guard let manifest = Manifest(bytes) else {
            throw .damaged(file: file, problem: "the manifest is torn or altered")
        }
        return manifest
    }

    private func store(_ manifest: Manifest, recovery: String?) throws(TimelineError)
        -> TimelineStore
    {
        var segments: [Segment] = []
        for entry in manifest.segments { segments.append(try segment(entry)) }
        guard let first = segments.first else { throw .noTimelines(directory: path) }
        return TimelineStore(first, Array(segments.dropFirst()), recovery: recovery)
    }

    private func segment(_ entry: Manifest.Entry) throws(TimelineError) -> Segment {
        let segment = try Segment("\(path)/\(entry.file)")
        guard segment.reader.contentDigest.description == entry.digest,
            segment.reader.file.count == entry.bytes, segment.subjectCount == entry.subjects,
            segment.eventCount == entry.events
        else { throw segment.reader.damaged("it is not the segment the manifest names") }
        return segment
    }

    /// Reads everything the current manifest names; see `TimelineStore.verify`.
    ///
    /// - Throws: `damaged`, which names the file and the column (and code) that is not as written.
    package func verify() throws(TimelineError) {
        guard let manifest = try manifest(Manifest.name) else {
            throw .noTimelines(directory: path)
        }
        try store(manifest, recovery: nil).verify()
    }

    // MARK: Writing

    /// Adds the whole timelines of some subjects as a new segment; makes the directory if need be.
    ///
    /// Subjects that are there already are replaced with all their events.
    package func append(_ input: TimelineInput) throws(TimelineError) {
        try append { (file) throws(TimelineError) in try TimelineWriter.write(input, to: file) }
    }

    /// The same with a segment that the caller writes to the path it is given.
    package func append(writing body: (_ path: String) throws(TimelineError) -> Void)
        throws(TimelineError)
    {
        try writing { (manifest, file) throws(TimelineError) in
            guard manifest.segments.count < TimelineDirectory.segmentLimit else {
                throw .invalidTable(
                    name: path,
                    expected: "fewer than \(TimelineDirectory.segmentLimit) segments; merge them")
            }
            try body(file)
            return manifest.segments
        }
    }

    /// Segments are named by 16 bits, and each one takes time at every opening.
    private static let segmentLimit = 4096

    /// Puts all segments together as one, without what is superseded.
    ///
    /// Does nothing where there is one segment only. The old files go away with the next commit, or
    /// with `discardPrevious`.
    /// - Complexity: O(n) time for n events; memory for one code's packed columns.
    package func merge() throws(TimelineError) {
        guard let current = try manifest(Manifest.name) else {
            throw .noTimelines(directory: path)
        }
        guard current.segments.count > 1 else { return }
        try writing { (manifest, file) throws(TimelineError) in
            guard manifest.segments.count > 1 else { return nil }
            var segments: [Segment] = []
            for entry in manifest.segments { segments.append(try segment(entry)) }
            _ = try SegmentMerge(union: SegmentUnion(segments)).write(to: file)
            return []
        }
    }

    /// Forgets the generation before the current one and removes the files only it names.
    package func discardPrevious() throws(TimelineError) {
        let lock = try DirectoryLock(path)
        defer { lock.unlock() }
        guard let current = try manifest(Manifest.name) else {
            throw .noTimelines(directory: path)
        }
        unlink("\(path)/\(Manifest.previousName)")
        try DurableFile.syncDirectory(of: "\(path)/\(Manifest.name)")
        try removeLeftovers([current])
    }

    /// Writes a segment and commits it behind those that the body says are to stay.
    ///
    /// - Parameter body: writes the segment to the path; nil to commit nothing.
    private func writing(
        _ body: (Manifest, _ file: String) throws(TimelineError) -> [Manifest.Entry]?
    ) throws(TimelineError) {
        if mkdir(path, 0o755) != 0 && errno != EEXIST {
            throw .unwritable(file: path, reason: String(cString: strerror(errno)))
        }
        let lock = try DirectoryLock(path)
        defer { lock.unlock() }
        let current = try manifest(Manifest.name)
        // Without the current manifest nothing may be removed, or a commit would be lost.
        if current == nil, try manifest(Manifest.previousName) != nil {
            throw .damaged(file: "\(path)/\(Manifest.name)", problem: "the manifest is missing")
        }
        for entry in current?.segments ?? [] { _ = try segment(entry) }
        let previous = (try? manifest(Manifest.previousName)) ?? nil
        try removeLeftovers([current, previous].compactMap { $0 })
        try afterStep(.cleaned)
        var next = current ?? Manifest()
        next.generation += 1
        let name = Manifest.segmentName(generation: next.generation)
        guard let kept = try body(next, "\(path)/\(name)") else { return }
        try afterStep(.segmentWritten)
        let written = try Segment("\(path)/\(name)")
        try written.verifyChecksums()
        try afterStep(.segmentChecked)
        next.segments = kept
        next.segments.append(
            Manifest.Entry(
                file: name, digest: written.reader.contentDigest.description,
                bytes: written.reader.file.count, subjects: written.subjectCount,
                events: written.eventCount))
        try commit(next, after: current)
        try removeLeftovers([current, next].compactMap { $0 })
        try afterStep(.leftoversRemoved)
    }

    private func commit(_ next: Manifest, after current: Manifest?) throws(TimelineError) {
        let file = "\(path)/\(Manifest.name)"
        if let current {
            try WholeFile.replace("\(path)/\(Manifest.previousName)", with: current.encoded) {}
            try DurableFile.syncDirectory(of: file)
        }
        try afterStep(.previousKept)
        try WholeFile.replace(file, with: next.encoded) { () throws(TimelineError) in
            try afterStep(.manifestWritten)
        }
        try afterStep(.manifestInPlace)
        try DurableFile.syncDirectory(of: file)
        try afterStep(.durable)
    }

    /// Removes segments no manifest names and what an interrupted write left behind.
    private func removeLeftovers(_ manifests: [Manifest]) throws(TimelineError) {
        let named = Set(manifests.flatMap { $0.segments.map(\.file) })
        for name in try WholeFile.names(path) where !named.contains(name) {
            if Manifest.isSegmentName(name) || Manifest.isTemporary(name) {
                unlink("\(path)/\(name)")
            }
        }
    }
}

extension TimelineStore {
    /// Opens the last committed state of a directory of segments.
    ///
    /// If a file of the last commit is lost or torn, the state before it is opened instead, and
    /// `recovery` says so.
    package static func open(directory path: String) throws(TimelineError) -> TimelineStore {
        try TimelineDirectory(path).open().store
    }
}

/// Held by the one process that writes to a directory; goes away with it.
private struct DirectoryLock {
    private let file: Int32

    init(_ directory: String) throws(TimelineError) {
        let path = "\(directory)/LOCK"
        file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw DurableFile.failure(path) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            throw .inUse(directory: directory)
        }
    }

    func unlock() { close(file) }
}

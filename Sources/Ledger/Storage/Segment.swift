// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// One file of records, and where in it they lie.
///
/// Every 64th record's place is kept: an eighth of a byte a record, read from the index file when
/// first needed. The index file is a hint: a frame that is not where it says, or is another record's,
/// has the segment read through and the hint made again.
final class Segment: Sendable {
    /// The index of its first record.
    let first: Int
    let file: EntriesFile
    private let indexPath: String
    private let places: Mutex<Places>

    static let spacing = 64
    private static let magic = Array("bedside index 1\n".utf8)

    private struct Places: Sendable {
        /// Where the records `first`, `first + 64`, … start; nil before they are needed.
        var offsets: [Int]?
        /// The index after the last record.
        var end: Int
        /// Bytes up to the end of the last record.
        var length: Int
        /// How many offsets are in the index file.
        var written = 0
    }

    init(_ paths: LedgerPaths, first: Int, end: Int, flags: Int32) throws(LedgerError) {
        self.first = first
        indexPath = paths.index(first: first)
        file = try EntriesFile(paths.entries(first: first), flags: flags)
        let length = try LedgerFile.size(file.descriptor, path: file.path)
        places = Mutex(Places(end: end, length: length))
    }

    /// The index after its last record.
    var end: Int { places.withLock { $0.end } }
    /// Bytes up to the end of its last record.
    var length: Int { places.withLock { $0.length } }
    var path: String { file.path }

    /// Takes note of records that were added and where each starts.
    func add(starts: [Int], length: Int) {
        places.withLock { places in
            for (index, start) in zip(places.end..., starts)
            where (index - first) % Segment.spacing == 0 {
                places.offsets?.append(start)
            }
            places.end += starts.count
            places.length = length
        }
    }

    /// Sets what a scan has shown: the places of all records, the last one's end.
    func set(offsets: [Int], end: Int, length: Int) {
        places.withLock { places in
            if places.offsets != offsets { places.written = 0 }
            places.offsets = offsets
            places.end = end
            places.length = length
        }
    }

    /// Where a record can be looked for: at or up to 63 records before it.
    func start(for index: Int) throws(LedgerError) -> (index: Int, offset: Int) {
        let offsets = try loaded()
        let position = min((index - first) / Segment.spacing, offsets.count - 1)
        guard position >= 0 else { return (first, RecordFrame.magic.count) }
        return (first + position * Segment.spacing, offsets[position])
    }

    /// Where a record can be looked for, after a look at what lies there: the hint may be wrong.
    func soundStart(for index: Int) throws(LedgerError) -> (index: Int, offset: Int) {
        let start = try start(for: index)
        if try isSound(start) { return start }
        try rebuildIndex()
        let again = try self.start(for: index)
        return try isSound(again) ? again : (first, RecordFrame.magic.count)
    }

    /// Whether the frame of a record lies at a place.
    private func isSound(_ place: (index: Int, offset: Int)) throws(LedgerError) -> Bool {
        // The first needs no hint.
        if place.index == first { return place.offset == RecordFrame.magic.count }
        let header = try LedgerFile.read(
            file.descriptor, count: RecordFrame.headerSize, at: place.offset, path: path)
        guard let frame = header.withUnsafeBytes({ RecordFrame($0) }), frame.index == place.index
        else { return false }
        let bytes = try LedgerFile.read(
            file.descriptor, count: frame.size, at: place.offset, path: path)
        return bytes.withUnsafeBytes { frame.leaf(in: $0) } != nil
    }

    /// The places kept of records before an index.
    func offsets(before index: Int) throws(LedgerError) -> [Int] {
        Array(try loaded().prefix((index - first) / Segment.spacing))
    }

    private func loaded() throws(LedgerError) -> [Int] {
        if let offsets = places.withLock({ $0.offsets }) { return offsets }
        if let offsets = readIndex() {
            places.withLock { places in
                // A writer's own are never behind the file's.
                if places.offsets == nil {
                    places.offsets = offsets
                    places.written = offsets.count
                }
            }
        } else {
            try rebuildIndex()
        }
        return places.withLock { $0.offsets ?? [] }
    }

    /// The offsets in the index file, if it is as long as it has to be and they grow.
    private func readIndex() -> [Int]? {
        guard let bytes = LedgerFile.hint(indexPath), bytes.starts(with: Segment.magic),
            (bytes.count - Segment.magic.count) % 8 == 0
        else { return nil }
        let (end, length) = places.withLock { ($0.end, $0.length) }
        let offsets = bytes.withUnsafeBytes { buffer in
            stride(from: Segment.magic.count, to: buffer.count, by: 8).map {
                UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: $0, as: UInt64.self))
            }
        }
        // Of the last segment nobody knows the end yet.
        let needed = end == .max ? 0 : (end - first + Segment.spacing - 1) / Segment.spacing
        guard offsets.count >= needed else { return nil }
        var last = 0
        for offset in offsets {
            guard offset > last, offset <= length else { return nil }
            last = Int(offset)
        }
        let wanted = end == .max ? offsets.count : needed
        return offsets[..<wanted].map { Int($0) }
    }

    /// Whether the index file names the right frame for each 64th record below a size.
    func isIndexSound(signed: Int) throws(LedgerError) -> Bool {
        let end = min(end, signed)
        let needed = max(0, end - first + Segment.spacing - 1) / Segment.spacing
        guard let offsets = readIndex(), offsets.count >= needed else { return needed == 0 }
        for (number, offset) in offsets.enumerated() {
            let bytes = try LedgerFile.read(
                file.descriptor, count: RecordFrame.headerSize, at: offset, path: path)
            let frame = bytes.withUnsafeBytes { RecordFrame($0) }
            guard frame?.index == first + number * Segment.spacing else { return false }
        }
        return true
    }

    /// Finds the places by reading the file through.
    func rebuildIndex() throws(LedgerError) {
        var offsets: [Int] = []
        let (end, length) = places.withLock { ($0.end, $0.length) }
        _ = try EntriesScan(
            file.descriptor, path: path, from: .init(index: first, offset: nil)
        ) { found in
            let index = found.frame.index
            if index < end, (index - first) % Segment.spacing == 0 { offsets.append(found.offset) }
        }
        places.withLock { places in
            guard places.end == end, places.length == length else { return }
            places.offsets = offsets
            places.written = 0
        }
    }

    /// Writes the places that the index file lacks; 0 or the error number.
    func writeIndex(_ disk: Disk) -> Int32 {
        let (offsets, written) = places.withLock { ($0.offsets, $0.written) }
        guard let offsets, offsets.count > written else { return 0 }
        var bytes = written == 0 ? Segment.magic : []
        for offset in offsets[written...] {
            withUnsafeBytes(of: UInt64(offset).littleEndian) { bytes.append(contentsOf: $0) }
        }
        var code: Int32
        if written == 0 {
            code = disk.place(indexPath, bytes)
        } else {
            let file = open(indexPath, O_WRONLY | O_CLOEXEC)
            if file >= 0 {
                code = disk.write(file, bytes, Segment.magic.count + 8 * written)
                close(file)
            } else {
                code = errno
            }
        }
        // After a failure the whole file is written again.
        places.withLock { $0.written = code == 0 ? offsets.count : 0 }
        return code
    }

    /// Reads the records of a range that lies inside, with their leaf hashes.
    ///
    /// - Throws: `damagedEntry` at the first frame that is not sound.
    func records(_ range: Range<Int>) throws(LedgerError) -> [(record: [UInt8], leaf: Digest32)] {
        do throws(LedgerError) {
            return try readRecords(range)
        } catch {
            guard case .damagedEntry = error else { throw error }
            // The hint may be wrong, not the record.
            try rebuildIndex()
            return try readRecords(range)
        }
    }

    private func readRecords(_ range: Range<Int>) throws(LedgerError)
        -> [(record: [UInt8], leaf: Digest32)]
    {
        let start = try start(for: range.lowerBound)
        let (offsets, end) = places.withLock { ($0.offsets ?? [], $0.length) }
        let after = (range.upperBound - first + Segment.spacing - 1) / Segment.spacing
        let stop = after < offsets.count ? offsets[after] : end
        let bytes = try LedgerFile.read(
            file.descriptor, count: max(0, stop - start.offset), at: start.offset, path: path)
        var found: [(record: [UInt8], leaf: Digest32)] = []
        found.reserveCapacity(range.count)
        var index = start.index
        var problem: Int?
        bytes.withUnsafeBytes { buffer in
            var at = 0
            while index < range.upperBound {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[min(at, buffer.count)...])
                guard let frame = RecordFrame(rest), frame.index == index, frame.size <= rest.count
                else {
                    problem = index
                    return
                }
                if index >= range.lowerBound {
                    guard let leaf = frame.leaf(in: rest) else {
                        problem = index
                        return
                    }
                    found.append((Array(rest[RecordFrame.headerSize..<frame.size]), leaf))
                }
                at += frame.size
                index += 1
            }
        }
        if let problem {
            throw .damagedEntry(
                index: problem, problem: "was altered on disk after the ledger was opened")
        }
        return found
    }
}

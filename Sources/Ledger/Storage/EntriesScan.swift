// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Reads an entries file to its end and says where it stops being sound.
struct EntriesScan {
    /// How the file ends.
    enum End: Equatable {
        /// After a whole batch.
        case complete
        /// In a batch that was being written, with the first frame that is not sound; nobody was
        /// told that its records are on record.
        case torn(index: Int)
        /// With a frame that is wrong although later ones were written after it was durable.
        case damaged(index: Int, problem: String)
    }

    /// The index after the last record of a whole batch.
    private(set) var size: Int
    /// Bytes of the file up to the end of the last whole batch.
    private(set) var length: Int
    private(set) var end = End.complete

    private let file: Int32
    private let path: String
    /// Where this scan stops: a writer may be adding more meanwhile.
    private let fileSize: Int
    private var next: Int
    /// Whether the scan may begin in the middle of a batch.
    private let startsInside: Bool
    /// Frames of the batch whose end was not reached yet.
    private var held: [Found] = []
    private var consumedBatches = 0

    /// A sound frame of a whole batch.
    struct Found {
        var frame: RecordFrame
        /// Where its header starts in the file.
        var offset: Int
        var leaf: Digest32
    }

    private static let chunkSize = 4 << 20

    /// Where a scan begins.
    struct Start {
        /// The index of the first record.
        var index: Int
        /// Where its frame lies; nil: it is the first of the file.
        var offset: Int?
    }

    /// Reads the file and hands over the frames of whole batches, in order.
    ///
    /// From an offset on, the first batch is taken as whole if its end is there.
    init(_ file: Int32, path: String, from start: Start, found: (Found) -> Void)
        throws(LedgerError)
    {
        self.file = file
        self.path = path
        size = start.index
        next = start.index
        startsInside = start.offset != nil
        length = start.offset ?? RecordFrame.magic.count
        fileSize = try LedgerFile.size(file, path: path)
        let magic = try LedgerFile.read(file, count: RecordFrame.magic.count, at: 0, path: path)
        guard magic == RecordFrame.magic else { throw .notALedger(file: path) }
        try read(found)
    }

    private mutating func read(_ body: (Found) -> Void) throws(LedgerError) {
        let room = max(EntriesScan.chunkSize, RecordFrame.headerSize + RecordFrame.longestRecord)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 16)
        defer { buffer.deallocate() }
        var offset = length
        while offset < fileSize {
            // A chunk starts with a frame. Where one does not fit, everything up to the longest
            // possible frame is read.
            var used = try fill(buffer, at: offset, count: EntriesScan.chunkSize)
            var consumed = frames(UnsafeRawBufferPointer(rebasing: buffer[..<used]), offset, body)
            if consumed == 0, used < fileSize - offset {
                used = try fill(buffer, at: offset, count: room)
                consumed = frames(UnsafeRawBufferPointer(rebasing: buffer[..<used]), offset, body)
            }
            guard consumed > 0 else {
                try stop(at: offset)
                return
            }
            offset += consumed
        }
        if next > size { end = .torn(index: next) }
    }

    private func fill(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int, count: Int)
        throws(LedgerError) -> Int
    {
        let count = min(count, fileSize - offset, buffer.count)
        return try LedgerFile.read(
            file, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]), at: offset,
            path: path)
    }

    /// Hands over the frames that lie wholly in a chunk; returns their bytes.
    private mutating func frames(
        _ chunk: UnsafeRawBufferPointer, _ offset: Int, _ body: (Found) -> Void
    ) -> Int {
        var at = 0
        while at < chunk.count {
            let rest = UnsafeRawBufferPointer(rebasing: chunk[at...])
            guard let frame = RecordFrame(rest), continues(frame), let leaf = frame.leaf(in: rest)
            else { break }
            held.append(Found(frame: frame, offset: offset + at, leaf: leaf))
            at += frame.size
            next += 1
            guard frame.position + 1 == frame.count else { continue }
            for found in held { body(found) }
            held.removeAll(keepingCapacity: true)
            consumedBatches += 1
            size = next
            length = offset + at
        }
        return at
    }

    /// Whether a frame is the one that has to follow.
    private func continues(_ frame: RecordFrame) -> Bool {
        guard frame.index == next else { return false }
        guard let first = held.first?.frame else {
            return frame.position == 0 || startsInside && consumedBatches == 0
        }
        return frame.batchStart == first.batchStart && frame.count == first.count
    }

    /// Decides what a frame that does not fit means.
    ///
    /// A batch is written only after the one before it was flushed. So a sound frame of a later
    /// batch proves that this one was durable and was damaged afterwards; without one it was being
    /// written when the machine stopped.
    private mutating func stop(at offset: Int) throws(LedgerError) {
        end = .torn(index: next)
        guard let later = try laterFrame(from: offset) else { return }
        end = .damaged(
            index: next,
            problem: "was altered, removed or moved; entry \(later.index) after it is sound")
    }

    /// The first sound frame that was written after the batch at an offset was durable.
    private func laterFrame(from offset: Int) throws(LedgerError) -> RecordFrame? {
        var at = offset
        let room = RecordFrame.headerSize + RecordFrame.longestRecord
        let window = 2 * room
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: min(window, max(1, fileSize - offset)), alignment: 16)
        defer { buffer.deallocate() }
        while at < fileSize {
            let used = try fill(buffer, at: at, count: window)
            guard used > 0 else { return nil }
            let isLast = at + used >= fileSize
            // Frames that start in the first half lie wholly in the window.
            let starts = isLast ? used : min(used, room)
            for start in 0..<starts where buffer[start] == 0x42 {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[start..<used])
                guard let frame = RecordFrame(rest), isLater(frame), frame.leaf(in: rest) != nil
                else { continue }
                return frame
            }
            if isLast { return nil }
            at += starts
        }
        return nil
    }

    private func isLater(_ frame: RecordFrame) -> Bool {
        // Inside a batch whose first frame was read, only another batch proves that it was flushed.
        if next > size { return frame.batchStart > size }
        return frame.batchStart > next
    }
}

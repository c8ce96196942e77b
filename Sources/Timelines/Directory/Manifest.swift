// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The file that says which segments a directory's timelines are made of.
///
/// Lines of text, so that a person can read it; the last one is the checksum of those before:
///
///     bedside timelines 1
///     generation 7
///     segment timelines-000007.bts <digest> <bytes> <subjects> <events>
///     crc32c <8 hexadecimal digits>
struct Manifest: Equatable, Sendable {
    static let name = "MANIFEST"
    /// The one before, as long as nothing was committed after this one.
    static let previousName = "MANIFEST.previous"

    struct Entry: Equatable, Sendable {
        var file: String
        var digest: String
        var bytes: Int
        var subjects: Int
        var events: Int
    }

    /// Counts commits, from 1.
    var generation = 0
    /// Oldest first.
    var segments: [Entry] = []

    var encoded: [UInt8] {
        var text = "bedside timelines 1\ngeneration \(generation)\n"
        for segment in segments {
            text += "segment \(segment.file) \(segment.digest) \(segment.bytes)"
            text += " \(segment.subjects) \(segment.events)\n"
        }
        let checksum = String(CRC32C.checksum(Array(text.utf8).span.bytes), radix: 16)
        text += "crc32c " + String(repeating: "0", count: 8 - checksum.count) + checksum + "\n"
        return Array(text.utf8)
    }

    /// Nil for anything but a whole manifest.
    init?(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.popLast() == "", lines.count >= 3, lines.removeFirst() == "bedside timelines 1"
        else { return nil }
        let generation = lines.removeFirst().split(separator: " ")
        guard generation.count == 2, generation[0] == "generation",
            let number = Int(generation[1])
        else { return nil }
        self.generation = number
        lines.removeLast()
        for line in lines {
            let words = line.split(separator: " ")
            guard words.count == 6, words[0] == "segment", Manifest.isSegmentName(words[1]),
                let bytes = Int(words[3]), let subjects = Int(words[4]), let events = Int(words[5])
            else { return nil }
            segments.append(
                Entry(
                    file: String(words[1]), digest: String(words[2]), bytes: bytes,
                    subjects: subjects, events: events))
        }
        // What was read, written anew, is what was there: so the checksum and every byte fit.
        guard encoded == bytes else { return nil }
    }

    init() {}

    static func segmentName(generation: Int) -> String {
        let digits = String(generation)
        return "timelines-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
            + ".bts"
    }

    static func isSegmentName(_ name: some StringProtocol) -> Bool {
        name.hasPrefix("timelines-") && name.hasSuffix(".bts") && !name.contains("/")
    }

    /// True for what an interrupted write may leave behind.
    static func isTemporary(_ name: String) -> Bool {
        (name.hasPrefix("timelines-") && name.contains(".bts.tmp-"))
            || name.hasPrefix("\(Manifest.name).tmp-")
            || name.hasPrefix("\(Manifest.previousName).tmp-")
    }
}

/// Small files that are read and replaced whole.
enum WholeFile {
    /// Nil where there is no such file.
    static func read(_ path: String) throws(TimelineError) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        if file < 0 && errno == ENOENT { return nil }
        guard file >= 0 else { throw failure(path) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(file, &piece, piece.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure(path) }
            if count == 0 { return bytes }
            bytes += piece[..<count]
        }
    }

    /// Writes beside the file, makes that durable, and puts it in place; the directory is not synced.
    static func replace(
        _ path: String, with bytes: [UInt8], beforeRename: () throws(TimelineError) -> Void
    ) throws(TimelineError) {
        var template = Array("\(path).tmp-XXXXXX".utf8CString)
        let file = mkstemp(&template)
        let temporary = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard file >= 0 else { throw DurableFile.failure(path) }
        var isInPlace = false
        defer { if !isInPlace { unlink(temporary) } }
        do {
            defer { close(file) }
            guard fcntl(file, F_SETFD, FD_CLOEXEC) == 0, fchmod(file, 0o644) == 0 else {
                throw DurableFile.failure(path)
            }
            var done = 0
            while done < bytes.count {
                let count = bytes[done...].withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw DurableFile.failure(path) }
                done += count
            }
            guard fsync(file) == 0 else { throw DurableFile.failure(path) }
        } catch let error as TimelineError { throw error } catch { throw DurableFile.failure(path) }
        try beforeRename()
        guard rename(temporary, path) == 0 else { throw DurableFile.failure(path) }
        isInPlace = true
    }

    static func names(_ directory: String) throws(TimelineError) -> [String] {
        guard let handle = opendir(directory) else { throw failure(directory) }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private static func failure(_ path: String) -> TimelineError {
        .unreadable(file: path, reason: String(cString: strerror(errno)))
    }
}

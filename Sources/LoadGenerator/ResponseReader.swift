// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Finds where each HTTP/1.1 response on a connection ends, whatever pieces it arrives in.
///
/// Reads the status, the three header fields that decide the length (RFC 9112, 6.3), and skips the
/// body without keeping it. Whatever it can't follow is a fault: a load generator that guesses
/// counts wrong.
struct ResponseReader: Sendable {
    /// A response that broke the protocol.
    struct Fault: Error, Equatable {}

    private enum State {
        case statusLine, header, body, chunkSize, chunk, chunkEnd, trailer, untilClose
    }

    private var state = State.statusLine
    /// A line of which the end has not arrived.
    private var partial: [UInt8] = []
    private var remaining = 0
    private var length: Int?
    private var isChunked = false
    /// Status of the response being read or just read.
    private(set) var status = 0
    /// The server ends the connection after this response.
    private(set) var closes = false

    /// True where nothing of a response has arrived.
    var isFresh: Bool { state == .statusLine && partial.isEmpty }

    private static let longestLine = 64 << 10

    /// Reads on until a response ends or the bytes do.
    ///
    /// - Parameters:
    ///   - bytes: what arrived.
    ///   - position: where to begin; afterwards the first byte not read.
    ///   - end: end of what arrived.
    /// - Returns: true where a response ended.
    mutating func read(_ bytes: [UInt8], from position: inout Int, to end: Int) throws(Fault)
        -> Bool
    {
        while position < end {
            switch state {
            case .body, .chunk:
                let taken = min(remaining, end - position)
                position += taken
                remaining -= taken
                guard remaining == 0 else { return false }
                if state == .body { return finish() }
                state = .chunkEnd
            case .untilClose:
                position = end
            case .statusLine, .header, .chunkSize, .chunkEnd, .trailer:
                guard let newline = ResponseReader.newline(bytes, position, end) else {
                    partial += bytes[position..<end]
                    position = end
                    guard partial.count <= ResponseReader.longestLine else { throw Fault() }
                    return false
                }
                let ended: Bool
                if partial.isEmpty {
                    ended = try line(bytes, position, newline)
                } else {
                    partial += bytes[position..<newline]
                    let whole = partial
                    partial.removeAll(keepingCapacity: true)
                    ended = try line(whole, 0, whole.count)
                }
                position = newline + 1
                if ended { return true }
            }
        }
        return false
    }

    /// The connection ended: true where that is the end of a response without a stated length.
    mutating func end() -> Bool { state == .untilClose ? finish() : false }

    private mutating func finish() -> Bool {
        state = .statusLine
        return true
    }

    /// Takes a line without its newline; true where it ended the response.
    private mutating func line(_ bytes: [UInt8], _ start: Int, _ newline: Int) throws(Fault)
        -> Bool
    {
        let end =
            newline > start && bytes[newline - 1] == UInt8(ascii: "\r") ? newline - 1 : newline
        switch state {
        case .statusLine:
            try readStatus(bytes, start, end)
            state = .header
        case .header:
            guard start == end else {
                try field(bytes, start, end)
                return false
            }
            return headEnded()
        case .chunkSize:
            var size = 0
            for byte in bytes[start..<end] {
                if byte == UInt8(ascii: ";") || byte == UInt8(ascii: " ") { break }
                guard let digit = ResponseReader.hexDigit(byte), size < 1 << 40 else {
                    throw Fault()
                }
                size = size << 4 | digit
            }
            guard start < end else { throw Fault() }
            remaining = size
            state = size == 0 ? .trailer : .chunk
        case .chunkEnd:
            guard start == end else { throw Fault() }
            state = .chunkSize
        case .trailer:
            if start == end { return finish() }
        case .body, .chunk, .untilClose:
            throw Fault()
        }
        return false
    }

    private mutating func readStatus(_ bytes: [UInt8], _ start: Int, _ end: Int) throws(Fault) {
        guard end - start >= 12, bytes[start..<start + 7].elementsEqual("HTTP/1.".utf8) else {
            throw Fault()
        }
        status = 0
        for byte in bytes[start + 9..<start + 12] {
            guard (0x30...0x39).contains(byte) else { throw Fault() }
            status = status * 10 + Int(byte - 0x30)
        }
        closes = bytes[start + 7] == UInt8(ascii: "0")
        length = nil
        isChunked = false
    }

    /// Notes a header field that decides the length; its first letter rules most others out.
    private mutating func field(_ bytes: [UInt8], _ start: Int, _ end: Int) throws(Fault) {
        let letter = bytes[start] | 0x20
        guard letter == UInt8(ascii: "c") || letter == UInt8(ascii: "t"),
            let colon = bytes[start..<end].firstIndex(of: UInt8(ascii: ":"))
        else { return }
        func isNamed(_ name: StaticString) -> Bool {
            guard name.utf8CodeUnitCount == colon - start else { return false }
            return name.withUTF8Buffer { letters in
                zip(letters, bytes[start..<colon]).allSatisfy { $0 == $1 | 0x20 }
            }
        }
        if isNamed("content-length") {
            var value = 0
            for byte in bytes[colon + 1..<end] where byte != UInt8(ascii: " ") {
                guard (0x30...0x39).contains(byte), value < 1 << 50 else { throw Fault() }
                value = value * 10 + Int(byte - 0x30)
            }
            length = value
        } else if isNamed("transfer-encoding") {
            isChunked = true
        } else if isNamed("connection") {
            closes =
                bytes[colon..<end].contains { $0 | 0x20 == UInt8(ascii: "o") }
                && String(decoding: bytes[colon..<end], as: UTF8.self).lowercased()
                    .contains("close")
        }
    }

    private mutating func headEnded() -> Bool {
        if (100..<200).contains(status) {
            state = .statusLine
            return false
        }
        if status == 204 || status == 304 { return finish() }
        if isChunked {
            state = .chunkSize
        } else if let length {
            if length == 0 { return finish() }
            remaining = length
            state = .body
        } else {
            closes = true
            state = .untilClose
        }
        return false
    }

    private static func newline(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Int? {
        bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress,
                let found = memchr(base + start, 0x0A, end - start)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    private static func hexDigit(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte - 0x30)
        case 0x41...0x46: Int(byte - 0x41) + 10
        case 0x61...0x66: Int(byte - 0x61) + 10
        default: nil
        }
    }
}

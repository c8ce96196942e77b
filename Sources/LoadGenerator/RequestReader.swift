// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Collects one HTTP/1.1 request at a time: enough for a stand-in that only loopback reaches.
struct RequestReader: Sendable {
    /// What a stand-in needs to know of a request.
    struct Request: Equatable {
        var path: String
        /// The body asks for a streamed answer.
        var isStreamed: Bool
        /// The body asks for the usage at the stream's end.
        var wantsUsage: Bool
    }

    private var bytes: [UInt8] = []
    /// Where the body begins and how long it is, once the head has arrived.
    private var body: (start: Int, length: Int)?

    mutating func append(_ more: ArraySlice<UInt8>) { bytes += more }

    /// The next whole request; nil until the rest of it arrives.
    ///
    /// Chunked bodies are not read.
    mutating func next() -> Request? {
        if body == nil {
            guard let end = find("\r\n\r\n", 0, bytes.count) else { return nil }
            body = (end + 4, contentLength(end + 2))
        }
        guard let (start, length) = body, bytes.count >= start + length else { return nil }
        let end = start + length
        let first = bytes.firstIndex(of: UInt8(ascii: " ")) ?? start
        let last = bytes[min(first + 1, start)..<start].firstIndex(of: UInt8(ascii: " ")) ?? start
        let request = Request(
            path: String(decoding: bytes[min(first + 1, last)..<last], as: UTF8.self),
            isStreamed: find(#""stream":true"#, start, end) != nil
                || find(#""stream": true"#, start, end) != nil,
            wantsUsage: find("include_usage", start, end) != nil)
        bytes.removeFirst(end)
        body = nil
        return request
    }

    /// Where a text stands in a part of what arrived.
    private func find(_ text: StaticString, _ start: Int, _ end: Int) -> Int? {
        bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return nil }
            let length = text.utf8CodeUnitCount
            var position = start
            while position + length <= end,
                let found = memchr(
                    base + position, Int32(text.utf8Start.pointee), end - length - position + 1)
            {
                if memcmp(found, text.utf8Start, length) == 0 {
                    return UnsafeRawPointer(found) - base
                }
                position = UnsafeRawPointer(found) - base + 1
            }
            return nil
        }
    }

    /// The length a head that ends at a position states; 0 where it states none.
    private func contentLength(_ end: Int) -> Int {
        guard
            var position = find("Content-Length:", 0, end) ?? find("content-length:", 0, end)
        else { return 0 }
        position += 15
        var length = 0
        while position < end, bytes[position] != UInt8(ascii: "\r") {
            if (0x30...0x39).contains(bytes[position]), length < 1 << 40 {
                length = length * 10 + Int(bytes[position] - 0x30)
            }
            position += 1
        }
        return length
    }
}

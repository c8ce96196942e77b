// SPDX-License-Identifier: Apache-2.0

/// Small files read as a whole, plain or gzip.
package enum WholeText {
    /// The bytes of a file, inflated where it is gzip.
    ///
    /// - Parameter limit: more bytes than this are refused.
    /// - Throws: `IntakeError` where it cannot be read or inflated, or is longer than the limit.
    package static func read(_ path: String, limit: Int = 1 << 30) throws(IntakeError) -> [UInt8] {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let file = try InflatedFile(path: path, name: name)
        var bytes: [UInt8] = []
        let capacity = 256 * 1024
        let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        defer { buffer.deallocate() }
        while true {
            let count = try file.read(into: buffer, capacity: capacity)
            if count == 0 { return bytes }
            bytes.append(contentsOf: UnsafeBufferPointer(start: buffer, count: count))
            guard bytes.count <= limit else {
                throw .unreadable(file: name, reason: "it is longer than \(limit) bytes")
            }
        }
    }
}

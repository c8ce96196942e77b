// SPDX-License-Identifier: Apache-2.0
import Records

/// The crosswalk as bytes, for sealing; numbers are little-endian.
///
/// ```
/// version 1 (1 byte) | has a release (1) | release: length (4), UTF-8
/// number of entries (4) | per entry: key length (4), key in UTF-8, id (8 + 8),
///                         has an anchor (1), anchor day (4; 0 without one)
/// ```
/// An entry's number is its position. Equal crosswalks give equal bytes, and other bytes are
/// refused.
extension Crosswalk {
    private static let version: UInt8 = 1

    /// The bytes of the crosswalk; deterministic.
    package func encoded() -> [UInt8] {
        var bytes: [UInt8] = [Crosswalk.version, release == nil ? 0 : 1]
        bytes.reserveCapacity(16 + entries.count * 68)
        func append(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
        }
        func append(text: String) {
            append(UInt32(text.utf8.count))
            bytes.append(contentsOf: text.utf8)
        }
        append(text: release ?? "")
        append(UInt32(entries.count))
        for entry in entries {
            append(text: entry.patientKey)
            append(entry.id.high)
            append(entry.id.low)
            append(UInt8(entry.anchor == nil ? 0 : 1))
            append(entry.anchor?.number ?? 0)
        }
        return bytes
    }

    /// Reads the bytes of `encoded()`.
    ///
    /// - Throws: `.crosswalkDamaged` for anything else, without reading beyond the bytes given.
    package init(decoding bytes: [UInt8]) throws(VaultError) {
        var reader = CrosswalkReader(bytes: bytes)
        guard try reader.number(UInt8.self) == Crosswalk.version else { throw reader.problem }
        let hasRelease = try reader.flag()
        let release = try reader.text()
        guard hasRelease || release.isEmpty else { throw reader.problem }
        let count = Int(try reader.number(UInt32.self))
        // An entry takes 25 bytes or more: a wrong count cannot ask for more memory than that.
        guard count <= (bytes.count - reader.position) / 25 else { throw reader.problem }
        var entries: [Entry] = []
        entries.reserveCapacity(count)
        for number in 0..<count {
            let key = try reader.text()
            let high = try reader.number(UInt64.self)
            let low = try reader.number(UInt64.self)
            let hasAnchor = try reader.flag()
            let day = try reader.number(Int32.self)
            guard hasAnchor || day == 0 else { throw reader.problem }
            entries.append(
                Entry(
                    patientKey: key, number: UInt64(number), id: SubjectID(high: high, low: low),
                    anchor: hasAnchor ? CivilDay(number: day) : nil))
        }
        guard reader.position == bytes.count,
            let crosswalk = Crosswalk(entries: entries, release: hasRelease ? release : nil)
        else { throw reader.problem }
        self = crosswalk
    }
}

/// Reads numbers and texts in order and never past the end.
private struct CrosswalkReader {
    let bytes: [UInt8]
    private(set) var position = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    var problem: VaultError { .crosswalkDamaged(position: position) }

    mutating func number<Value: FixedWidthInteger>(_: Value.Type) throws(VaultError) -> Value {
        let size = MemoryLayout<Value>.size
        guard bytes.count - position >= size else { throw problem }
        let value = bytes.withUnsafeBytes {
            Value(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: Value.self))
        }
        position += size
        return value
    }

    mutating func flag() throws(VaultError) -> Bool {
        let byte = try number(UInt8.self)
        guard byte <= 1 else { throw problem }
        return byte == 1
    }

    mutating func text() throws(VaultError) -> String {
        let length = Int(try number(UInt32.self))
        guard length <= bytes.count - position,
            let text = String(validating: bytes[position..<position + length], as: UTF8.self)
        else { throw problem }
        position += length
        return text
    }
}

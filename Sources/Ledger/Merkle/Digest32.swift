// SPDX-License-Identifier: Apache-2.0

/// A hash of 32 bytes.
package struct Digest32: Hashable, Sendable {
    /// The bytes in order, eight a word, as they lie in memory.
    private var words: SIMD4<UInt64>

    private init(words: SIMD4<UInt64>) {
        self.words = words
    }

    /// 32 zero bytes: where no hash stands yet.
    static let zero = Digest32(words: SIMD4(repeating: 0))

    /// Takes 32 bytes; nil for any other count.
    package init?(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count == 32 else { return nil }
        self = bytes.withUnsafeBytes { Digest32(loading: $0) }
    }

    /// Takes the first 32 bytes, of which the caller knows that they are there.
    init(loading bytes: UnsafeRawBufferPointer) {
        words = bytes.loadUnaligned(as: SIMD4<UInt64>.self)
    }

    /// Takes 64 hexadecimal digits of either case; nil for anything else.
    package init?(hex: String) {
        let digits = Array(hex.utf8)
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for at in stride(from: 0, to: 64, by: 2) {
            guard let high = Digest32.value(of: digits[at]),
                let low = Digest32.value(of: digits[at + 1])
            else { return nil }
            bytes.append(high << 4 | low)
        }
        self.init(bytes)
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The 32 bytes.
    package var bytes: [UInt8] {
        withUnsafeBytes(of: words) { Array($0) }
    }

    /// 64 lower-case hexadecimal digits.
    package var hex: String {
        Hex.text(bytes)
    }

    /// The first eight bytes as they lie in memory.
    var leadingWord: UInt64 { words[0] }

    /// Writes the 32 bytes at an offset the caller knows to have room.
    func store(to buffer: UnsafeMutableRawBufferPointer, at offset: Int) {
        buffer.storeBytes(of: words, toByteOffset: offset, as: SIMD4<UInt64>.self)
    }
}

extension Digest32: CustomStringConvertible {
    package var description: String { hex }
}

/// Bytes as hexadecimal digits.
enum Hex {
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Base64 of RFC 4648, section 4, with white space allowed between digits, as FHIR has it.
enum Base64 {
    /// The bytes a text stands for; nil where it is not base64.
    static func decode(_ text: ByteText) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3 + 3)
        var group: UInt32 = 0
        var digits = 0
        var padding = 0
        for index in 0..<text.count {
            let byte = text[index]
            if byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { continue }
            if byte == UInt8(ascii: "=") {
                padding += 1
                continue
            }
            let value = values[Int(byte)]
            guard value < 64, padding == 0 else { return nil }
            group = group << 6 | UInt32(value)
            digits += 1
            if digits == 4 {
                append(group, 3, to: &bytes)
                (group, digits) = (0, 0)
            }
        }
        switch (digits, padding) {
        case (0, 0): break
        case (2, 2): append(group << 12, 1, to: &bytes)
        case (3, 1): append(group << 6, 2, to: &bytes)
        default: return nil
        }
        return bytes
    }

    private static func append(_ group: UInt32, _ count: Int, to bytes: inout [UInt8]) {
        for place in 0..<count {
            bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(16 - 8 * place)))
        }
    }

    /// The six bits of each digit; 64 for bytes that are none.
    private static let values: [UInt8] = {
        var table = [UInt8](repeating: 64, count: 256)
        let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, digit) in digits.utf8.enumerated() { table[Int(digit)] = UInt8(value) }
        return table
    }()
}

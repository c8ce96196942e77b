// SPDX-License-Identifier: Apache-2.0
import Records
import Statistics
import Testing

@testable import Intake

@Suite("Numbers and digests of resources") struct NumberTests {
    private func read(_ text: String) -> Double? {
        var bytes = Array(text.utf8) + [UInt8](repeating: 0, count: 16)
        let count = bytes.count - 16
        return bytes.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return nil }
            return NumberText.double(ByteText(start: base, count: count))
        }
    }

    @Test("numbers of any length are read to the last bit as the standard library reads them")
    func random() {
        var random = SeededRandom(seed: 11)
        for _ in 0..<200_000 {
            let count = 1 + random.below(22)
            var digits = (0..<count).map { _ in String(random.below(10)) }.joined()
            let point = random.below(count + 1)
            digits.insert(".", at: digits.index(digits.startIndex, offsetBy: point))
            var text = point == 0 ? "0" + digits : digits
            if text.hasSuffix(".") { text.removeLast() }
            if random.chance(0.3) { text = "-" + text }
            #expect(read(text)?.bitPattern == Double(text)?.bitPattern, "\(text)")
        }
    }

    @Test("halfway cases round to even")
    func halves() {
        for text in [
            "9007199254740993", "9007199254740995", "9007199254740992.5", "9007199254740993.5",
            "0.1", "0.0", "-0.0", "0.0000000000000000001", "9999999999999999999",
            "4503599627370496.5", "4503599627370497.5", "1.7976931348623157",
        ] {
            #expect(read(text)?.bitPattern == Double(text)?.bitPattern, "\(text)")
        }
    }

    @Test("the set of resources answers as a set does")
    func keys() {
        var random = SeededRandom(seed: 5)
        var ours = KeySet()
        var plain: Set<ResourceKey> = []
        for _ in 0..<20_000 {
            let key = ResourceKey(
                high: UInt64(random.below(8)), low: UInt64(random.below(1500)) << 50)
            #expect(ours.contains(key) == plain.contains(key))
            #expect(ours.insert(key) == plain.insert(key).inserted)
        }
    }
}

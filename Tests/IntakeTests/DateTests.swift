// SPDX-License-Identifier: Apache-2.0
import Records
import Testing

@testable import Intake

@Suite("Dates, references and digests")
struct DateTests {
    private func with<Result>(_ text: String, _ body: (ByteText) throws -> Result) rethrows
        -> Result
    {
        var bytes = Array(text.utf8)
        bytes.append(0)
        return try bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return try body(ByteText("")) }
            return try body(ByteText(start: base, count: buffer.count - 1))
        }
    }

    @Test(
        "a FHIR date is the wall clock's moment, whatever the offset",
        arguments: [
            ("2019", minutes(2019, 1, 1)), ("2019-05", minutes(2019, 5, 1)),
            ("2019-05-31", minutes(2019, 5, 31)), ("2020-02-29", minutes(2020, 2, 29)),
            ("2019-05-31T23:59Z", minutes(2019, 5, 31, 23, 59)),
            ("2019-05-31T23:59:60Z", minutes(2019, 5, 31, 23, 59)),
            ("2019-05-31T00:01:02.345678+14:00", minutes(2019, 5, 31, 0, 1)),
            ("2019-05-31T00:01:02-05:00", minutes(2019, 5, 31, 0, 1)),
            ("2019-05-31T00:01:02", minutes(2019, 5, 31, 0, 1)),
            ("1850-01-01", minutes(1850, 1, 1)), ("2199-12-31", minutes(2199, 12, 31)),
        ])
    func dates(_ text: String, _ expected: Int64) throws {
        #expect(try with(text) { try DateText.time($0).minutes } == expected)
    }

    @Test(
        "what is not a FHIR date is unreadable",
        arguments: [
            "", "19", "201", "2019-", "2019-1", "2019-13", "2019-00", "2019-02-29", "2019-04-31",
            "2019-5-1", "2019/05/01", "20190501", "05/01/2019", "2019-05-31 10:00",
            "2019-05-31T10", "2019-05-31T24:00:00Z", "2019-05-31T10:60Z", "2019-05-31T10:00:61Z",
            "2019-05-31T10:00:00+", "2019-05-31T10:00:00+15:00", "2019-05-31T10:00:00+02:60",
            "2019-05-31T10:00:00.Z", "2019-05-31T10:00:00ZZ", "2019-05-31T10:00:00 Z", "2O19",
        ])
    func unreadable(_ text: String) {
        #expect(throws: DateText.Refusal.unreadable) { try with(text) { try DateText.time($0) } }
    }

    @Test(
        "years no patient of ours has lived in are out of range",
        arguments: [
            "0000", "0000-00-00", "1849-12-31", "2200", "9999-12-31", "0001-01-01T00:00:00Z",
        ])
    func outOfRange(_ text: String) {
        #expect(throws: DateText.Refusal.outOfRange) { try with(text) { try DateText.time($0) } }
    }

    @Test(
        "every way to name a patient gives the bare id",
        arguments: [
            "Patient/x-1", "urn:uuid:x-1", "urn:oid:x-1", "http://h.example/fhir/Patient/x-1",
            "Patient/x-1/_history/2", "https://h/r4/Patient/x-1/_history/1",
        ])
    func references(_ text: String) throws {
        #expect(try with(text) { try PatientReference.key($0).string } == "x-1")
    }

    @Test("the fullUrl's last part is what a bundle calls a resource")
    func fullURLs() {
        #expect(with("urn:uuid:ab") { PatientReference.bare($0)?.string } == "ab")
        #expect(with("http://h/Patient/ab") { PatientReference.bare($0)?.string } == "ab")
        #expect(with("http://h/") { PatientReference.bare($0)?.string } == nil)
        #expect(with("") { PatientReference.bare($0)?.string } == nil)
    }

    @Test("the digest is SipHash-2-4 with 128 bits, by the published vectors")
    func digest() {
        func hash(_ count: UInt8) -> ResourceKey {
            var hash = SipHash128()
            for byte in 0..<count { hash.absorb(byte) }
            return hash.finish()
        }
        #expect(
            hash(0) == ResourceKey(high: 0x9302_55C7_1472_F66D, low: 0xE6A8_25BA_047F_81A3))
        #expect(hash(8) != hash(7))
    }

    @Test("type and id both make a resource's key, however they are given")
    func keys() {
        let key = ResourceKey(type: "Patient", id: "a")
        #expect(key == ResourceKey(type: "Patient" as StaticString, id: ByteText("a")))
        #expect(key != ResourceKey(type: "Patient", id: "b"))
        #expect(key != ResourceKey(type: "Person", id: "a"))
    }

    @Test("base64 decodes by RFC 4648 and refuses what is not base64")
    func base64() {
        let vectors = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]
        for (count, text) in vectors.enumerated() {
            #expect(with(text) { Base64.decode($0) } == Array("foobar".utf8.prefix(count)))
        }
        #expect(with("Zm9v\n Ym Fy") { Base64.decode($0) } == Array("foobar".utf8))
        for text in ["Z", "Zg", "Zg=", "Z===", "Zm9v=", "Zm=v", "Zm9*", "Zm9vé"] {
            #expect(with(text) { Base64.decode($0) } == nil)
        }
    }
}

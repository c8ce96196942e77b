// SPDX-License-Identifier: Apache-2.0
import Records
import Testing

@testable import Intake

@Suite("Hostile files")
struct HostileTests {
    @Test("a file cut at any byte never stops the reader and loses only what was cut")
    func cutAnywhere() throws {
        let text = [Samples.glucose, Samples.pressure, Samples.report].joined(separator: "\n")
        let bytes = Array(text.utf8)
        let scratch = try Scratch()
        for length in 1..<bytes.count {
            let file = try scratch.write(Array(bytes[..<length]))
            let report = try FHIRReader().extract(file: file, displayName: "x").report
            #expect(report.isBalanced)
            // A resource is whole with its last brace, whether or not the newline follows.
            let whole = (1...length).filter { $0 == bytes.count || bytes[$0] == 0x0A }.count
            #expect(report.imported == whole, "\(length)")
        }
    }

    @Test("a bundle cut at any byte keeps every entry that was whole")
    func bundleCutAnywhere() throws {
        let entry = #"{"resource":\#(Samples.allergy)}"#
        let other = #"{"resource":\#(Samples.glucose)}"#
        let bytes = Array(#"{"resourceType":"Bundle","entry":[\#(entry),\#(other)]}"#.utf8)
        let first = #"{"resourceType":"Bundle","entry":["#.utf8.count + entry.utf8.count
        let second = first + 1 + other.utf8.count
        let scratch = try Scratch()
        for length in 1..<bytes.count {
            let file = try scratch.write(Array(bytes[..<length]))
            let report = try FHIRReader().extract(file: file, displayName: "x").report
            #expect(report.isBalanced)
            #expect(report.imported == (length >= second ? 2 : length >= first ? 1 : 0))
            #expect(report.rejected["broken JSON"] == 1, "\(length)")
        }
    }

    @Test(
        "random damage never stops the reader, and every resource is accounted for",
        arguments: 0..<8)
    func mutated(seed: Int) throws {
        var dice = Dice(seed: UInt64(seed))
        let scratch = try Scratch()
        let sources = [Samples.ndjson, Samples.bundle].map { Array($0.utf8) }
        var broken = 0
        for round in 0..<150 {
            var bytes = sources[round % 2]
            for _ in 0..<(1 + dice.roll(12)) {
                let place = dice.roll(bytes.count)
                switch dice.roll(4) {
                case 0: bytes[place] = UInt8(dice.roll(256))
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(Array(#"{}[]",:\u0e"#.utf8)[dice.roll(11)], at: place)
                default:
                    let length = min(dice.roll(40), bytes.count - place)
                    bytes.insert(contentsOf: bytes[place..<place + length], at: place)
                }
            }
            let file = try scratch.write(bytes)
            guard let extraction = try? FHIRReader().extract(file: file, displayName: "x")
            else { continue }
            #expect(extraction.report.isBalanced, "seed \(seed), round \(round)")
            if extraction.report.rejected["broken JSON"] != nil { broken += 1 }
            check(extraction)
            #expect(try Extraction(decoding: extraction.encoded()) == extraction)
        }
        #expect(broken > 50)
    }

    /// Every index points into its table.
    private func check(_ extraction: Extraction) {
        for event in extraction.events {
            #expect(extraction.patientKeys.indices.contains(Int(event.patient)))
            #expect(extraction.codes.indices.contains(Int(event.code)))
            #expect(event.unit == -1 || extraction.units.indices.contains(Int(event.unit)))
            #expect(event.end.map { $0 >= event.start } ?? true)
        }
        #expect(extraction.persons.count == extraction.personResources.count)
        #expect(extraction.notes.count == extraction.noteResources.count)
    }

    @Test("a depth bomb inside a resource costs one line")
    func depthBomb() throws {
        for opening in ["[", #"{"extension":"#, #"{"extension":["#] {
            let bomb = String(repeating: opening, count: 200_000)
            let extraction = try extract(
                #"{"resourceType":"Patient","id":"z","extension":"# + bomb + "\n"
                    + Samples.allergy + "\n")
            #expect(extraction.report.rejected == ["broken JSON": 1])
            #expect(extraction.report.imported == 1)
        }
    }

    @Test("members of any order, repeated, of a wrong type or with escaped names are survived")
    func oddMembers() throws {
        let late =
            #"{"id":"a","code":{"coding":[{"code":"1"}]},"patient":{"reference":"Patient\/p\u0031"},"recordedDate":"2020-01-01","resourceType":"AllergyIntolerance"}"#
        let extraction = try extract(late)
        #expect(extraction.report.imported == 1)
        #expect(extraction.patientKeys == ["p1"])
        let wrong = [
            #"{"resourceType":"Patient","id":5,"name":"Ada","address":{},"telecom":[1]}"#,
            #"{"resourceType":"Observation","id":"o","code":[1],"component":{},"subject":[]}"#,
            #"{"resourceType":"Encounter","id":"o","class":[],"type":{},"period":"x"}"#,
            #"{"resourceType":"\u0050atient","id":"x"}"#,
            #"{"resource\u0054ype":"Patient","id":"x"}"#,
        ]
        let report = try extract(wrong.joined(separator: "\n")).report
        #expect(report.resources == 5)
        #expect(report.imported == 0)
        #expect(report.rejected["broken JSON"] == nil)
    }
}

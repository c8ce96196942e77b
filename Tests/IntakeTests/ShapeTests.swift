// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Testing

@testable import Intake

@Suite("Shapes of files")
struct ShapeTests {
    /// Everything but the report's byte count and the places.
    private func content(_ extraction: Extraction) -> [String] {
        extraction.plainEvents.map { "\($0)" } + extraction.persons.map(\.key)
            + extraction.notes.map(\.resourceID)
            + extraction.report.byType.map { "\($0.key) \($0.value)" }.sorted()
            + extraction.report.rejected.map { "\($0.key) \($0.value)" }.sorted()
    }

    private func pretty(_ json: String) throws -> String {
        let value = try JSONSerialization.jsonObject(with: Data(json.utf8))
        let data = try JSONSerialization.data(
            withJSONObject: value, options: [.prettyPrinted, .sortedKeys])
        return String(decoding: data, as: UTF8.self)
    }

    @Test("the samples give what the other tests rely on")
    func samples() throws {
        let extraction = try extract(Samples.ndjson)
        #expect(extraction.report.resources == 14)
        #expect(extraction.report.imported == 13)
        #expect(extraction.report.isBalanced)
        #expect(extraction.events.count == 17)
        #expect(extraction.events.map(\.line).max() == 13)
        #expect(extraction.report.bytes == Samples.ndjson.utf8.count)
    }

    @Test("gzip, plain, CRLF, BOM and a missing last newline all read the same")
    func variants() throws {
        let plain = try extract(Samples.ndjson)
        let text = Array(Samples.ndjson.utf8)
        #expect(
            try extract(GzipSample.stored(text), name: "source.ndjson.gz").events == plain.events)
        #expect(try extract(GzipSample.stored(text)) == plain)
        let windows = Samples.ndjson.replacing("\n", with: "\r\n")
        #expect(try extract(windows).events == plain.events)
        #expect(try extract([0xEF, 0xBB, 0xBF] + text).events == plain.events)
        #expect(try extract(Array(text.dropLast())).events == plain.events)
        let spaced = try extract(Samples.ndjson.replacing("\n", with: "\n\n \n"))
        #expect(content(spaced) == content(plain))
    }

    @Test("gzip members in a row are one text, zero bytes after them are padding")
    func members() throws {
        let plain = try extract(Samples.ndjson)
        let text = Array(Samples.ndjson.utf8)
        for cut in [0, 1, 500, text.count - 1, text.count] {
            let two =
                GzipSample.stored(Array(text[..<cut])) + GzipSample.stored(Array(text[cut...]))
            #expect(try extract(two) == plain)
            #expect(try extract(two + [0, 0, 0]) == plain)
        }
    }

    @Test("a gzip file cut anywhere is refused as truncated, one altered as damaged")
    func damagedGzip() throws {
        let whole = GzipSample.stored(Array(Samples.glucose.utf8))
        for length in 2..<whole.count {
            #expect(throws: IntakeError.truncatedGzip(file: "source.ndjson"), "\(length)") {
                try extract(Array(whole[..<length]))
            }
        }
        for place in [2, 11, 100, whole.count - 8, whole.count - 1] {
            var altered = whole
            altered[place] ^= 0x10
            #expect(throws: IntakeError.damagedGzip(file: "source.ndjson"), "\(place)") {
                try extract(altered)
            }
        }
        #expect(throws: IntakeError.damagedGzip(file: "source.ndjson")) {
            try extract(whole + Array("tail".utf8))
        }
    }

    @Test("a bundle gives what the same lines give, on one line or pretty-printed, in any order")
    func bundles() throws {
        let plain = try extract(Samples.ndjson)
        let compact = try extract(Samples.bundle, name: "bundle.json")
        #expect(content(compact) == content(plain))
        #expect(compact.events == plain.events)
        let printed = try extract(try pretty(Samples.bundle), name: "bundle.json")
        // Sorted keys bring `entry` before `resourceType` and change the order of nothing else.
        #expect(content(printed) == content(plain))
        #expect(printed.events.map(\.line) == plain.events.map(\.line))
        let lines = Samples.bundle.replacing(#"{"resource":{"#, with: "\n{\"resource\":{")
        #expect(content(try extract(lines)) == content(plain))
    }

    @Test("a single pretty-printed resource is read as one")
    func singleResource() throws {
        for sample in Samples.all.dropLast() {
            let extraction = try extract(try pretty(sample), name: "one.json")
            #expect(extraction.report.resources == 1)
            #expect(extraction.report.imported == 1)
            #expect(content(extraction) == content(try extract(sample)))
        }
    }

    @Test("documents in a row, and bundles as lines, are all read")
    func several() throws {
        let two = try pretty(Samples.condition) + "\n" + pretty(Samples.allergy)
        #expect(try extract(two).report.imported == 2)
        let entry = #"{"resourceType":"Bundle","entry":[{"resource":\#(Samples.allergy)}]}"#
        let lines = try extract(Samples.condition + "\n" + entry + "\n" + Samples.glucose)
        #expect(lines.report.imported == 3)
        #expect(lines.events.map(\.line) == [1, 2, 3])
    }

    @Test("a bundle broken midway keeps the entries before and names the entry")
    func brokenBundle() throws {
        let whole = Array(Samples.bundle.utf8)
        let place = try #require(Samples.bundle.range(of: #""id":"c1""#))
        let cut = Samples.bundle.utf8.distance(
            from: Samples.bundle.startIndex, to: place.lowerBound)
        let extraction = try extract(Array(whole[..<cut]), name: "b.json")
        #expect(extraction.report.imported == 2)
        #expect(extraction.report.rejected == ["broken JSON": 1])
        #expect(extraction.report.issues.first?.line == 3)
        #expect(extraction.report.issues.first?.message.hasPrefix("b.json, entry 3: ") == true)
        #expect(extraction.report.isBalanced)
    }

    @Test("references by fullUrl reach the patient whose own id differs, before and after it")
    func fullURL() throws {
        let entries = [
            #"{"fullUrl":"urn:uuid:e0","resource":\#(Samples.allergy.replacing("Patient/p1", with: "urn:uuid:f7"))}"#,
            #"{"resource":\#(Samples.patient),"fullUrl":"urn:uuid:f7"}"#,
            #"{"fullUrl":"urn:uuid:e1","resource":\#(Samples.document.replacing("Patient/p1", with: "urn:uuid:f7"))}"#,
            #"{"fullUrl":"urn:uuid:e2","resource":\#(Samples.medication)}"#,
        ]
        let extraction = try extract(
            #"{"resourceType":"Bundle","entry":[\#(entries.joined(separator: ","))]}"#)
        #expect(extraction.patientKeys == ["p1"])
        #expect(Set(extraction.plainEvents.map(\.patient)) == ["p1"])
        #expect(extraction.events.count == 4)
        #expect(extraction.notes.map(\.patientKey) == ["p1"])
    }

    @Test("a posted resource without an id goes by its fullUrl")
    func postedWithoutID() throws {
        let resource = Samples.allergy.replacing(#""id":"a1","#, with: "")
        let extraction = try extract(
            """
            {"resourceType":"Bundle","entry":[{"fullUrl":"urn:uuid:77","resource":\(resource)}]}
            """)
        #expect(
            extraction.events.map(\.resource)
                == [ResourceKey(type: "AllergyIntolerance", id: "77")])
    }

    @Test(
        "an empty file is an issue and nothing else",
        arguments: [[], [0x0A], [0x20, 0x0D, 0x0A], [0xEF, 0xBB, 0xBF]] as [[UInt8]])
    func empty(_ bytes: [UInt8]) throws {
        for file in [bytes, GzipSample.stored(bytes)] {
            let report = try extract(file).report
            #expect(report.resources == 0)
            #expect(report.issues.map(\.kind) == ["empty file"])
            #expect(report.issues.map(\.line) == [0])
        }
    }

    @Test("UTF-16 is refused by name, with and without a byte order mark")
    func wide() {
        for encoding in [String.Encoding.utf16, .utf16LittleEndian, .utf16BigEndian] {
            let bytes = [UInt8](Samples.glucose.data(using: encoding) ?? Data())
            #expect(throws: IntakeError.wideText(file: "w.ndjson")) {
                try extract(bytes, name: "w.ndjson")
            }
        }
        #expect(
            IntakeError.wideText(file: "w.ndjson").sentence
                == "w.ndjson is UTF-16 text; expected UTF-8.")
    }

    @Test("a line over the limit is refused with its number, its neighbours are read")
    func longLine() throws {
        let scratch = try Scratch()
        let long = #"{"resourceType":"Basic","text":""# + String(repeating: "x", count: 3 << 20)
        let file = try scratch.write(
            Array((Samples.glucose + "\n" + long + "\"}\n" + Samples.allergy).utf8))
        let reader = FHIRReader(lineLimit: 1 << 20, documentLimit: 1 << 20)
        let extraction = try reader.extract(file: file, displayName: "s")
        #expect(extraction.report.rejected == ["line too long": 1])
        #expect(extraction.report.issues.map(\.line) == [2])
        #expect(extraction.events.map(\.line) == [1, 3])
        let whole = try FHIRReader().extract(file: file, displayName: "s")
        #expect(whole.report.rejected == ["type not imported: Basic": 1])
    }

    @Test("a document over the limit is refused")
    func largeDocument() throws {
        let scratch = try Scratch()
        let file = try scratch.write(
            Array(#"{"resourceType":"Bundle","#.utf8) + [UInt8](repeating: 0x20, count: 3 << 20))
        #expect(throws: IntakeError.documentTooLarge(file: "d", limitMiB: 1)) {
            try FHIRReader(lineLimit: 1 << 20, documentLimit: 1 << 20).extract(
                file: file, displayName: "d")
        }
    }

    @Test("a zip bomb of 300 MB without a newline takes no more memory than the limit of a line")
    func bomb() throws {
        let scratch = try Scratch()
        let member = GzipSample.bomb(UInt8(ascii: "x"), runs: 20_000)
        let file = try scratch.write((0..<60).flatMap { _ in member })
        let window = TextWindow(
            file: try InflatedFile(path: file, name: "bomb"), lineLimit: 1 << 20,
            documentLimit: 1 << 20)
        try window.open()
        var lines = 0
        while let line = try window.nextLine() {
            guard case .tooLong = line else {
                Issue.record("the line is not called too long")
                return
            }
            lines += 1
        }
        #expect(lines == 1)
        #expect(window.bytes == 60 * (20_000 * 258 + 1))
        #expect(window.capacity <= 2 << 20)
    }

    @Test("a missing file and a directory are refused with the system's reason")
    func unreadable() throws {
        let scratch = try Scratch()
        for path in [scratch.path + "/none", scratch.path] {
            #expect(throws: IntakeError.self) {
                try FHIRReader().extract(file: path, displayName: "x")
            }
        }
        #expect(throws: IntakeError.self) { try SourceFiles.list(scratch.path + "/none") }
    }

    @Test("a directory is searched to any depth, in bytewise order, and the rest is named")
    func listing() throws {
        let scratch = try Scratch()
        try FileManager.default.createDirectory(
            atPath: scratch.path + "/b/c", withIntermediateDirectories: true)
        let names = [
            "b/c/Z.ndjson", "b/a.json.gz", "B.NDJSON.GZ", "x.json\".gz", "é.json", "LICENSE",
            "b/t.csv", ".hidden.json", "json",
        ]
        for name in names { try scratch.write([], name) }
        let (files, ignored) = try SourceFiles.list(scratch.path)
        func relative(_ paths: [String]) -> [String] {
            paths.map { String($0.dropFirst(scratch.path.count + 1)) }
        }
        #expect(
            relative(files) == [
                "B.NDJSON.GZ", "b/a.json.gz", "b/c/Z.ndjson", "x.json\".gz", "é.json",
            ])
        #expect(relative(ignored) == [".hidden.json", "LICENSE", "b/t.csv", "json"])
        #expect(
            try SourceFiles.list(scratch.path + "/LICENSE").files == [scratch.path + "/LICENSE"])
    }

    @Test("progress ends with the size of the file on disk")
    func progress() throws {
        let scratch = try Scratch()
        let bytes = GzipSample.stored(
            Array(String(repeating: Samples.claim + "\n", count: 8000).utf8))
        var told: [Int] = []
        _ = try FHIRReader().extract(
            file: try scratch.write(bytes), displayName: "p", progress: { told.append($0) })
        #expect(told.last == bytes.count)
        #expect(told == told.sorted())
        #expect(told.count > 2)
    }
}

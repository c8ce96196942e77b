// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Testing

@testable import Intake

@Suite("Bundles as lines")
struct BundleLineTests {
    /// A bundle on one line with an observation of its own and the shared patient's.
    private func bundle(_ number: Int) -> String {
        let entries = [Samples.glucose, Samples.pressure].map {
            #"{"resource":"# + $0.replacing(#""id":"o"#, with: "\"id\":\"b\(number)-") + "}"
        }
        return #"{"resourceType":"Bundle","entry":["# + entries.joined(separator: ",") + "]}"
    }

    private func cut(_ line: String, after words: String) throws -> String {
        String(line[..<(try #require(line.range(of: words)).upperBound)])
    }

    @Test("of four bundle lines the second, truncated, costs itself and not the third and fourth")
    func secondTruncated() throws {
        // Entries of the cut bundle that were whole are kept.
        let cuts = [
            (#""entry":["#, 0), (#""Observation""#, 0), (#"{"resource":"#, 0), ("/p1", 0),
            ("}}", 0), ("}}}", 1), ("}}},", 1),
        ]
        for (words, kept) in cuts {
            let lines = [bundle(1), try cut(bundle(2), after: words), bundle(3), bundle(4)]
            let extraction = try extract(lines.joined(separator: "\n") + "\n")
            let report = extraction.report
            #expect(report.isBalanced)
            #expect(report.rejected == ["broken JSON": 1], "\(words)")
            #expect(report.issues.map(\.line) == [2])
            #expect(report.imported == 6 + kept, "\(words)")
            for line in [1, 3, 4] as [Int32] {
                #expect(extraction.events.count { $0.line == line } == 3)
            }
        }
    }

    @Test("a first bundle line cut at any byte costs only what was cut off")
    func firstCutAnywhere() throws {
        let first = Array(bundle(1).utf8)
        let rest = Array("\n\(bundle(2))\n\(bundle(3))\n".utf8)
        let scratch = try Scratch()
        for length in 1..<first.count {
            let file = try scratch.write(Array(first[..<length]) + rest)
            let report = try FHIRReader().extract(file: file, displayName: "x").report
            #expect(report.isBalanced)
            #expect(report.imported >= 4, "\(length)")
            #expect(report.rejected == ["broken JSON": 1], "\(length)")
        }
    }

    @Test("a first bundle line broken by a raw line break inside a text costs only itself")
    func lineBreakInText() throws {
        let broken = bundle(1).replacing("Observation", with: "Obser\nvation")
        let report = try extract([broken, bundle(2), bundle(3)].joined(separator: "\n")).report
        #expect(report.imported == 4)
        #expect(report.isBalanced)
    }

    @Test("bundle lines may together be larger than a document, and longer than the first look")
    func noDocumentLimit() throws {
        let padded = (1...5).map { number in
            bundle(number).replacing(
                #""entry""#,
                with: "\"id\":\"\(String(repeating: "x", count: 700_000))\",\"entry\"")
        }
        let scratch = try Scratch()
        let file = try scratch.write(Array(padded.joined(separator: "\n").utf8))
        let reader = FHIRReader(lineLimit: 1 << 20, documentLimit: 1 << 20)
        let extraction = try reader.extract(file: file, displayName: "x")
        #expect(extraction.report.imported == 10)
        #expect(extraction.events.map(\.line).max() == 5)
        // The second cut inside its long text: lines, as before.
        let broken = [padded[0], String(padded[1].prefix(300_000)), padded[2]]
        let cut = try scratch.write(Array(broken.joined(separator: "\n").utf8))
        let report = try reader.extract(file: cut, displayName: "x").report
        #expect(report.imported == 4)
        #expect(report.rejected == ["broken JSON": 1])
    }

    @Test("one bundle alone on a line numbers its entries, also beyond the limit of a line")
    func alone() throws {
        let long = bundle(1).replacing(
            #""entry""#, with: "\"id\":\"\(String(repeating: "x", count: 2 << 20))\",\"entry\"")
        let scratch = try Scratch()
        for text in [bundle(1), bundle(1) + "\n\n", "\n" + bundle(1) + "\r\n", long] {
            let file = try scratch.write(Array(text.utf8))
            let extraction = try FHIRReader(lineLimit: 1 << 20, documentLimit: 4 << 20)
                .extract(file: file, displayName: "x")
            #expect(extraction.events.map(\.line) == [1, 2, 2])
        }
    }

    @Test("a document with a line for each entry is one, whatever stands on the entries' lines")
    func entryLines() throws {
        let whole = #"{"resource":\#(Samples.allergy)}"#
        let shapes = [
            "{\"resourceType\":\"Bundle\",\"entry\":[\n\(whole)\n]}",
            "{\"resourceType\":\"Bundle\",\"entry\":[\n\(whole)]}",
            "{\"entry\":[\n\(whole)\n],\n\"resourceType\":\"Bundle\"}",
            "{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":\n\(Samples.allergy)\n}]}",
            "{\n\"resourceType\":\"Bundle\",\n\"entry\":[\n\(whole)\n]\n}",
        ]
        for shape in shapes {
            let report = try extract(shape).report
            #expect(report.imported == 1, "\(shape.prefix(40))")
            #expect(report.rejected == [:])
        }
    }
}

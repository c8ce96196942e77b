// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Testing

@testable import Deidentification

@Suite("Profiles, labels and the manifest")
struct ManifestTests {
    private func manifest(signer: String? = nil) -> ReleaseManifest {
        var counts = ReleaseCounts()
        for zip3 in ["021", "000", "000"] {
            counts.add(
                SubjectRecord(
                    id: someID, sex: .male, anchorYear: 2000, ageAtAnchor: nil,
                    isAged: zip3 == "021", zip3: zip3))
        }
        counts.drop("interval too long")
        counts.drop("before the aged span")
        counts.drop("interval too long")
        return ReleaseManifest(profile: .safeHarborIntervals, signer: signer, counts: counts)
    }

    @Test("the profiles of this version are served; the others are refused by name")
    func profiles() throws {
        #expect(try ReleaseProfile(named: "safe-harbor+intervals") == .safeHarborIntervals)
        #expect(try ReleaseProfile(named: "limited-data-set") == .limitedDataSet)
        for name in ["safe-harbor", "expert"] {
            let expected = DeidentificationError.profileNotAvailable(name: name)
            #expect(throws: expected) { try ReleaseProfile(named: name) }
            #expect(expected.sentence.contains("not available in this version"))
            #expect(ReleaseProfile(rawValue: name) == nil)
        }
        for name in ["", "Safe-Harbor+Intervals", "safe harbor", "none"] {
            #expect(throws: DeidentificationError.unknownProfile(name: name)) {
                try ReleaseProfile(named: name)
            }
        }
    }

    @Test("a release with day offsets is never labelled Safe Harbor 164.514(b)(2)")
    func label() throws {
        let titles: [ReleaseProfile: String] = [
            .safeHarborIntervals: "Safe Harbor, intervals per local policy",
            .limitedDataSet: "Limited data set, for use under a data use agreement",
        ]
        #expect(titles.count == ReleaseProfile.allCases.count)
        for (profile, title) in titles {
            for signer in [nil, "A. Officer", "Safe Harbor 164.514(b)(2)"] {
                let label = ReleaseLabel(profile: profile, signer: signer)
                #expect(label.title == title)
                #expect(label.description.hasPrefix(title + " ("))
            }
        }
        #expect(!manifest().text.contains("164.514(b)(2)"))
    }

    @Test("until an officer has signed, the label says NOT SIGNED; blanks are no signature")
    func signature() {
        for signer in [nil, "", "  ", "\n\t", "\u{200B}\u{202E}"] {
            #expect(
                manifest(signer: signer).label.description
                    == "Safe Harbor, intervals per local policy (NOT SIGNED)")
        }
        #expect(
            manifest(signer: " Ada\nOfficer ").label.description
                == "Safe Harbor, intervals per local policy (signed by Ada Officer)")
    }

    @Test("the manifest goes through all 18 identifiers and names its departures")
    func content() {
        let manifest = manifest()
        #expect(manifest.removed.map(\.letter) == "ABCDEFGHIJKLMNOPQR".map(String.init))
        #expect(manifest.removed.allSatisfy { !$0.identifier.isEmpty && !$0.treatment.isEmpty })
        #expect(manifest.departures.contains { $0.contains("days between events") })
        let text = manifest.text
        for line in [
            "Release profile: safe-harbor+intervals", "  subjects              3",
            "  of these aged 90+     1", "  ZIP3 kept             1", "  ZIP3 blanked (000)    2",
            "  events dropped        1 (before the aged span)",
            "  events dropped        2 (interval too long)",
        ] {
            #expect(text.split(separator: "\n").contains(Substring(line)))
        }
    }

    @Test("a manifest survives JSON, and a label edited on the way does not")
    func json() throws {
        let manifest = manifest(signer: "Ada Officer")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let data = try encoder.encode(manifest)
        #expect(try encoder.encode(manifest) == data)
        #expect(try JSONDecoder().decode(ReleaseManifest.self, from: data) == manifest)
        let text = String(decoding: data, as: UTF8.self)
        #expect(text.contains("\"label\":\"Safe Harbor, intervals per local policy"))
        let edited = text.replacingOccurrences(
            of: "Safe Harbor, intervals per local policy", with: "Safe Harbor 164.514(b)(2)")
        #expect(edited != text)
        let read = try JSONDecoder().decode(ReleaseManifest.self, from: Data(edited.utf8))
        #expect(read.label == manifest.label)
        let other = text.replacingOccurrences(of: "safe-harbor+intervals", with: "safe-harbor")
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(ReleaseManifest.self, from: Data(other.utf8))
        }
    }
}

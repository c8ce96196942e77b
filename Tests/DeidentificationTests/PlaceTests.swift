// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Testing

@testable import Deidentification

@Suite("Places")
struct PlaceTests {
    static let sparse = [
        "036", "059", "102", "202", "203", "204", "205", "369", "556", "692", "753", "772", "821",
        "823", "878", "879", "884", "893",
    ]

    static let table: URL = {
        let shared = ProcessInfo.processInfo.environment["BEDSIDE_DATA"].map {
            URL(fileURLWithPath: $0)
        }
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return (shared ?? root.appending(path: "../shared/data"))
            .appending(path: "deid/zip3-census2020/zip3_census2020.csv")
    }()

    @Test("the 18 sparse prefixes read 000", arguments: sparse)
    func sparseZIPs(prefix: String) {
        #expect(ZIP3.released(postalCode: prefix + "01", country: "US") == "000")
    }

    @Test("876 of the thousand prefixes pass, and every other one reads 000")
    func count() {
        #expect(ZIP3.releasedCount == 876)
        let released = (0..<1000).map { number -> String in
            let digits = String(number)
            let prefix = String(repeating: "0", count: 3 - digits.count) + digits
            let zip3 = ZIP3.released(postalCode: prefix + "99", country: nil)
            #expect(zip3 == prefix || zip3 == "000")
            return zip3
        }
        #expect(released.count { $0 != "000" } == 876)
        #expect(Set(released).isDisjoint(with: PlaceTests.sparse))
    }

    @Test(
        "the allow-list is the census table, prefix by prefix",
        .enabled(
            if: FileManager.default.fileExists(atPath: table.path),
            "skipped: shared data not found"))
    func census() throws {
        let lines = try String(contentsOf: PlaceTests.table, encoding: .utf8)
            .split(whereSeparator: \.isNewline).dropFirst()
        var listed: Set<String> = []
        for line in lines {
            let fields = line.split(separator: ",")
            let prefix = String(fields[0])
            let population = try #require(Int(fields[1]))
            listed.insert(prefix)
            #expect(
                ZIP3.released(postalCode: prefix + "01", country: "US")
                    == (population > 20_000 ? prefix : "000"))
        }
        #expect(listed.count == 894)
        for number in 0..<1000 where ZIP3.isReleased(number) {
            let digits = String(number)
            #expect(listed.contains(String(repeating: "0", count: 3 - digits.count) + digits))
        }
    }

    @Test("postal codes are read as people write them")
    func writtenForms() {
        for text in ["02139", "02139-4307", "021394307", " 02139 ", "02139 - 4307", "02139-"] {
            #expect(ZIP3.released(postalCode: text, country: "US") == "021")
        }
        for country in [nil, "", "us", "USA", "United States", "united states of america", "U.S."] {
            #expect(ZIP3.released(postalCode: "02139", country: country) == "021")
        }
        #expect(ZIP3.released(postalCode: "00901", country: "PR") == "009")
    }

    @Test(
        "anything that is no US postal code reads 000",
        arguments: [
            nil, "", " ", "021", "2139", "0213", "021390", "02139430", "0213943070", "02139x",
            "o2139", "SW1A 1AA", "K1A 0B1", "02-139", "02139--4307", "-02139", "-02139-", "021-39",
            "02139\n", "\u{FF10}\u{FF12}\u{FF11}\u{FF13}\u{FF19}", "+2139", "02139-43O7", "unknown",
            "09012", "96201", "34002", "00501", "21300",
            String(repeating: " ", count: 40) + "02139",
        ] as [String?])
    func junk(text: String?) {
        // 00501 (one business) and the military codes are US codes, but in no area of the census;
        // 21300 lies in prefix 213, which the census does not list.
        #expect(ZIP3.released(postalCode: text, country: "US") == "000")
    }

    @Test("a postal code of another country reads 000, though its digits could be a US code")
    func foreignZIPs() {
        for country in ["DE", "FR", "MX", "Germany", "CA", "unknown", "AUS"] {
            #expect(ZIP3.released(postalCode: "10115", country: country) == "000")
        }
        func zip3(state: String?, country: String?) -> String {
            var person = fullPerson(born: nil)
            (person.state, person.country) = (state, country)
            return SafeHarborIntervals().release(
                person: person, id: someID, first: day(2000, 1, 1), last: day(2000, 1, 1)
            ).record.zip3
        }
        #expect(zip3(state: "MA", country: nil) == "021")
        #expect(zip3(state: nil, country: "US") == "021")
        #expect(zip3(state: "Bavaria", country: nil) == "000")
        #expect(zip3(state: nil, country: nil) == "000")
        #expect(zip3(state: "MA", country: "DE") == "000")
    }

    @Test("states are told by two letters, from letters or names in any case")
    func states() {
        let expected = [
            "MA": "MA", "ma": "MA", " Ma ": "MA", "Massachusetts": "MA", "MASSACHUSETTS": "MA",
            "new  york": "NY", "New-Hampshire": "NH", "N.Y.": "NY", "District of Columbia": "DC",
            "Washington, D.C.": "DC", "D.C.": "DC", "Puerto Rico": "PR", "GU": "GU",
            "U.S. Virgin Islands": "VI", "American Samoa": "AS", "Northern Mariana Islands": "MP",
            "West Virginia": "WV", "Virginia": "VA", "washington": "WA",
        ]
        for (text, code) in expected {
            #expect(USState.code(text, country: "US") == code)
            #expect(USState.code(text, country: nil) == code)
            #expect(USState.code(text, country: "Germany") == "")
        }
    }

    @Test("what is not a US state is not released, whatever it says")
    func noStates() {
        for text in [
            "", " ", "Bavaria", "Boston", "Cambridge, MA", "Massachusetts 02139", "XX", "ON", "AE",
            "AP", "Mass", "Massachusett", "M A", "12 Main Street", "MAA", "25",
        ] {
            #expect(USState.code(text, country: "US") == "")
        }
        #expect(USState.code(nil, country: "US") == "")
    }

    @Test("the list has 50 states, the District of Columbia and five territories")
    func stateCount() {
        let letters = (UInt8(ascii: "A")...UInt8(ascii: "Z")).map { String(UnicodeScalar($0)) }
        let codes = letters.flatMap { one in
            letters.map { USState.code(one + $0, country: nil) }.filter { !$0.isEmpty }
        }
        #expect(codes.count == 56)
        #expect(Set(codes).count == 56)
    }
}

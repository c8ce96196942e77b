// SPDX-License-Identifier: Apache-2.0
import Ledger
import Statistics
import Testing

@testable import Metering

@Suite("Splits of what is billed")
struct SplitTests {
    static func random(_ random: inout SeededRandom) throws -> Split {
        var rest = Split.whole
        func take() -> Int {
            let taken = random.below(rest + 1)
            rest -= taken
            return taken
        }
        let (owner, distributor, platform) = (take(), take(), take())
        return try Split(
            owner: owner, distributor: distributor, platform: platform,
            contributors: ["a": take(), "b": take(), "c": rest])
    }

    @Test("parts sum to the total exactly, whatever its sign and size")
    func partsSumToTheTotal() throws {
        var random = SeededRandom(seed: 1)
        let extremes = [0, 1, -1, 9_999, -9_999, Int.max, Int.min, Int.max - 1, Int.min + 1]
        for round in 0..<3_000 {
            let split = try SplitTests.random(&random)
            let total =
                round % 10 == 0
                ? extremes[random.below(extremes.count)]
                : Int(truncatingIfNeeded: random.next()) >> random.below(63)
            let shares = split.shares(of: total)
            var sum = 0
            for share in shares { sum += share.micros }
            #expect(sum == total, "round \(round)")
            for (part, share) in zip(split.parts, shares) {
                let exact = Int128(total) * Int128(part.basisPoints)
                let distance = Int128(share.micros) * 10_000 - exact
                #expect(distance.magnitude < 10_000, "nobody is a micro-unit away, round \(round)")
            }
        }
    }

    @Test("a credit note takes back exactly what the bill gave")
    func creditNotesUndoBills() throws {
        var random = SeededRandom(seed: 2)
        for _ in 0..<500 {
            let split = try SplitTests.random(&random)
            let total = random.below(1_000_000_000)
            for (bill, credit) in zip(split.shares(of: total), split.shares(of: -total)) {
                #expect(bill.micros == -credit.micros)
            }
        }
    }

    @Test("equal remainders are served in the stated order")
    func tiesFollowTheStatedOrder() throws {
        let split = try Split(
            owner: 2500, distributor: 2500, platform: 2500, contributors: ["z": 1250, "a": 1250])
        #expect(
            split.parts.map(\.party)
                == [
                    "owner", "distributor", "platform", "data_contributors:a",
                    "data_contributors:z",
                ])
        #expect(split.shares(of: 1).map(\.micros) == [1, 0, 0, 0, 0])
        #expect(split.shares(of: 2).map(\.micros) == [1, 1, 0, 0, 0])
        // Of three, the quarters have 0.75 left each and the eighths 0.375.
        #expect(split.shares(of: 3).map(\.micros) == [1, 1, 1, 0, 0])
        #expect(split.shares(of: -1).map(\.micros) == [-1, 0, 0, 0, 0])
    }

    @Test("a split that is not whole is refused with its path")
    func refusesWhatIsNotWhole() throws {
        #expect(
            throws: MeteringError.badSheet(
                path: "split", expected: "basis points that sum to 10000, not 9999")
        ) { try Split(owner: 9_999) }
        #expect(
            throws: MeteringError.badSheet(
                path: "split.data_contributors.x", expected: "basis points from 0 to 10000")
        ) { try Split(owner: 10_000, contributors: ["x": -1]) }
        #expect(
            throws: MeteringError.badSheet(
                path: "split.broker",
                expected: "one of owner, distributor, platform, data_contributors")
        ) { try Split(json: CanonicalJSON(#"{"broker":1}"#)) }
    }

    @Test("a split reads what it writes")
    func roundTrips() throws {
        var random = SeededRandom(seed: 3)
        for _ in 0..<50 {
            let split = try SplitTests.random(&random)
            #expect(try Split(json: split.json) == split)
        }
        let unnamed = try Split(json: CanonicalJSON(#"{"data_contributors":500,"owner":9500}"#))
        #expect(unnamed.parts.map(\.party) == ["owner", "data_contributors"])
        #expect(try Split(json: unnamed.json) == unnamed)
    }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Statistics
import Testing
import Timelines

@testable import Cohorts

@Suite("Outputs of a cohort")
struct CohortOutputsTests {
    private static func code(_ number: Int) -> Code { RandomSite.codes[number].code }

    private func rows(_ store: TimelineStore, every step: Int = 2, from first: Int = 0)
        -> CohortRows
    {
        let subjects = stride(from: first, to: store.subjectCount, by: step).map { UInt32($0) }
        return CohortRows(
            subjects: subjects, starts: subjects.map { Int32($0 % 5) * 1440 },
            ends: subjects.map { Int32($0 % 5 + 10) * 1440 })
    }

    private func day(_ minutes: Int32) -> Int { Int((Double(minutes) / 1440).rounded(.down)) }

    @Test(
        "codes in windows are counted as a walk along each timeline counts them", arguments: 1..<4)
    func windows(seed: UInt64) throws {
        let scratch = try ScratchDirectory()
        let store = try RandomSite.store(seed: seed, in: scratch)
        let rows = rows(store)
        let windows: [DayWindow] = [
            .monthBefore, .startDay, .anyBefore, .ever, DayWindow(first: 1, last: nil),
        ]
        let counts = WindowCounts(rows, windows: windows, in: store)
        for (place, window) in windows.enumerated() {
            for (code, entry) in store.codes.enumerated() {
                var (persons, events) = (0, 0)
                for (subject, start) in zip(rows.subjects, rows.starts) {
                    let found = store.timeline(subject: Int(subject)).filter { event in
                        let distance = day(event.start) - day(start)
                        return event.code == entry.code && distance >= window.first ?? .min
                            && distance <= window.last ?? .max
                    }
                    persons += found.isEmpty ? 0 : 1
                    events += found.count
                }
                #expect(counts.persons[place][code] == persons)
                #expect(counts.events[place][code] == events)
            }
        }
    }

    @Test("follow-up stops at exit, death, the last event or a limit, as a plain walk has it")
    func followUp() throws {
        let scratch = try ScratchDirectory()
        let store = try RandomSite.store(seed: 7, in: scratch)
        let members = rows(store)
        let outcome = Outcome(name: "finding 2", codes: [Self.code(2)])
        for (exit, last, limit) in [(true, false, nil), (false, true, nil), (true, true, 6)]
            as [(Bool, Bool, Int?)]
        {
            var rules = FollowUpRules()
            rules.stopsAtExit = exit
            rules.stopsAtLastEvent = last
            rules.lastDay = limit
            let found = FollowUp(members, outcome: outcome, rules: rules, in: store)
            var expected: [[Int]] = []
            for position in 0..<members.count {
                let subject = Int(members.subjects[position])
                let start = day(members.starts[position])
                let timeline = store.timeline(subject: subject)
                let days = timeline.filter { $0.code == Self.code(2) }.map { day($0.start) - start }
                guard !days.contains(where: { $0 < 1 }) else { continue }
                var end = limit ?? .max
                if exit { end = min(end, day(members.ends[position]) - start) }
                if last { end = min(end, day(timeline.last?.start ?? .min) - start) }
                guard end >= 1 else { continue }
                let first = days.filter { $0 >= 1 && $0 <= end }.min()
                expected.append([subject, first ?? end, first == nil ? 0 : 1])
            }
            #expect(found.members.map { [$0.subject, $0.days, $0.hasOutcome ? 1 : 0] } == expected)
            #expect(found.members.count + found.prior + found.unwatched == members.count)
        }
    }

    @Test("rows are sorted by subject and start, and days become minutes since the anchor")
    func sortedRows() {
        let rows = CohortRows(
            subjects: [2, 0, 2], startDays: [12, 5, 10], endDays: [13, 6, 11],
            anchorDay: { $0 == 2 ? 10 : 4 })
        #expect(rows.subjects == [0, 2, 2])
        #expect(rows.starts == [1440, 0, 2880])
        #expect(rows.ends == [2880, 1440, 4320])
        #expect(rows.persons == 2)
        #expect(rows.firstOfEach().starts == [1440, 0])
    }

    @Test("without a threshold curve, rate and share are exact")
    func exactCurve() throws {
        let scratch = try ScratchDirectory()
        let store = try RandomSite.store(seed: 3, subjects: 200, in: scratch)
        let outcome = Outcome(name: "finding 1", codes: [Self.code(1)])
        let members = rows(store)
        let found = FollowUp(members, outcome: outcome, rules: FollowUpRules(), in: store).members
        let told = TimeToEvent(
            members, persons: .exact(members.persons), outcome: outcome, in: store, policy: .exact)
        let all = try #require(told.strata.first)
        let curve = KaplanMeier(
            times: found.map { Double($0.days) }, isEvent: found.map(\.hasOutcome))
        #expect(all.persons == .exact(found.count))
        #expect(all.curve.last?.survival == curve.points.last { $0.step.events > 0 }?.survival)
        let rate = try #require(all.rates.first)
        #expect(rate.events == .exact(found.count { $0.hasOutcome }))
        let years = Double(found.reduce(0) { $0 + $1.days }) / 365.25
        #expect(abs((rate.personYears ?? 0) - years) < 1e-9)
        #expect(told.strata.dropFirst().compactMap(\.persons.value).reduce(0, +) == found.count)
        #expect(told.logRankProbability != nil)
    }

    @Test("under a threshold no count below it is told, anywhere", arguments: [5, 11])
    func controlled(k: Int) throws {
        let scratch = try ScratchDirectory()
        let store = try RandomSite.store(seed: 11, subjects: 400, in: scratch)
        let entries = rows(store, every: 1)
        let bits = (0..<3).map { rule in
            (0..<(entries.count + 63) / 64).map { word in
                UInt64.max << UInt64(rule * 3) ^ UInt64(word << rule)
            }
        }
        let bitsets = try RuleBitsets(rules: ["a", "b", "c"], words: bits, entries: entries)
        var options = OutputOptions()
        options.name = "cohort"
        options.outcomes = [Outcome(name: "finding 1", codes: [Self.code(1)])]
        options.values = [OutputOptions.Value(name: "level", code: Self.code(0))]
        let outputs = try CohortOutputs.make(
            store: store, rows: bitsets.passing(), bitsets: bitsets, options: options,
            policy: ReleasePolicy(smallCell: k))
        let encoder = JSONEncoder()
        let json = try JSONSerialization.jsonObject(with: encoder.encode(outputs))
        var counts: [(value: Int?, lower: Int, upper: Int)] = []
        func walk(_ value: Any) {
            if let object = value as? [String: Any] {
                if let lower = object["lower"] as? Int, let upper = object["upper"] as? Int,
                    object["text"] is String
                {
                    counts.append((object["value"] as? Int, lower, upper))
                }
                object.values.forEach(walk)
            } else if let list = value as? [Any] {
                list.forEach(walk)
            }
        }
        walk(json)
        #expect(counts.count > 50)
        #expect(counts.contains { $0.value == nil })
        for count in counts {
            if let value = count.value { #expect(value == 0 || value >= k) }
            if count.lower == count.upper { #expect(count.lower == 0 || count.lower >= k) }
        }
        #expect(outputs.rows == nil)
        let characterisation = try #require(outputs.characterisation)
        for row in characterisation.codes + characterisation.demographics {
            let isHidden = row.cohort.count.value == nil || row.comparator.count.value == nil
            #expect(!isHidden || row.difference == nil)
            #expect(row.cohort.count.value != nil || row.cohort.share == nil)
        }
        for histogram in outputs.histograms {
            #expect(histogram.quantiles.allSatisfy { $0.share > 0 && $0.share < 1 })
            #expect(histogram.bins.allSatisfy { ($0.count.value ?? k) >= k || $0.count.value == 0 })
            #expect(histogram.bins.first?.lower == nil && histogram.bins.last?.upper == nil)
        }
    }

    @Test("a cohort too small to tell gives its attrition and nothing else")
    func smallCohort() throws {
        let scratch = try ScratchDirectory()
        let store = try RandomSite.store(seed: 5, subjects: 100, in: scratch)
        let rows = rows(store, every: 20)
        let policy = ReleasePolicy(smallCell: 11)
        let outputs = try CohortOutputs.make(store: store, rows: rows, policy: policy)
        #expect(outputs.persons.text == "<11")
        #expect(outputs.histograms.isEmpty && outputs.codes.isEmpty)
        let exact = try CohortOutputs.make(store: store, rows: rows, policy: .exact)
        #expect(exact.persons == .exact(5) && exact.rows == 5)
        #expect(exact.codes.first?.persons.share ?? 0 > 0)
        #expect(throws: OutputsError.unknownSubject(position: 100, subjects: 100)) {
            try CohortOutputs.make(
                store: store, rows: CohortRows(subjects: [100], starts: [0]), policy: policy)
        }
    }

    @Test("the share and difference of a code are those of the counts")
    func characterisation() throws {
        let scratch = try ScratchDirectory()
        let store = try RandomSite.store(seed: 9, subjects: 300, in: scratch)
        let (cohort, other) = (rows(store), rows(store, from: 1))
        let told = Characterisation(
            cohort, persons: .exact(150), against: .cohort(name: "others", other),
            others: .exact(other.persons),
            windows: [.anyBefore], in: store, policy: .exact)
        let counts = WindowCounts(cohort, windows: [.anyBefore], in: store)
        let others = WindowCounts(other, windows: [.anyBefore], in: store)
        #expect(!told.codes.isEmpty)
        for row in told.codes {
            let code = try #require(row.code.flatMap(store.codeIndex))
            let shares = (
                Double(counts.persons[0][code]) / 150, Double(others.persons[0][code]) / 150
            )
            #expect(row.cohort.share == shares.0 && row.comparator.share == shares.1)
            #expect(row.difference == StandardisedDifference.ofShares(shares.0, shares.1))
        }
        let sexes = told.demographics.filter { $0.window == "sex" }
        #expect(sexes.compactMap(\.cohort.count.value).reduce(0, +) == 150)
    }

    @Test("pictures have a name and a description and no script, and fields are quoted")
    func renderings() throws {
        let scratch = try ScratchDirectory()
        let store = try RandomSite.store(seed: 3, subjects: 200, in: scratch)
        let outcome = Outcome(name: "<script>&", codes: [Self.code(1)])
        let told = TimeToEvent(
            rows(store), persons: .exact(rows(store).persons), outcome: outcome, in: store,
            policy: .exact)
        let picture = told.svg(title: "Time to \"it\"")
        #expect(picture.contains("<title id=\"t\">Time to &quot;it&quot;</title>"))
        #expect(picture.contains("<desc") && picture.contains("class=\"band\""))
        #expect(!picture.contains("<script"))
        let entries = rows(store)
        let words = [[UInt64](repeating: 0x0f0f, count: (entries.count + 63) / 64)]
        let bitsets = try RuleBitsets(rules: ["a, \"b\"\r\nc"], words: words, entries: entries)
        let table = RuleGroups(bitsets, population: 200, policy: .exact).attrition()
        #expect(table.csv().contains("\r\n\"a, \"\"b\"\"\r\nc\",true,"))
        #expect(table.svg(title: "Attrition").contains("Entry event: 100"))
    }
}

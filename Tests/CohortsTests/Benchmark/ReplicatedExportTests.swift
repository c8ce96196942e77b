// SPDX-License-Identifier: Apache-2.0
import Records
import Testing

@testable import Cohorts

/// An export of forty patients with every kind of row, made by rule.
private enum SmallExport {
    static let base: ReplicatedBase = {
        var patients: [ReplicatedBase.Patient] = []
        var rows = [[Plain]](repeating: [], count: ReplicatedTable.allCases.count)
        for p in 0..<40 {
            let birth = Int32(-7000 + 97 * p)
            patients.append(
                .init(
                    sex: p % 2 == 0 ? .female : .male, birthDay: birth,
                    deathDay: p % 7 == 0 ? birth + 25_000 : nil))
            func add(
                _ table: ReplicatedTable, _ code: String, _ day: Int, _ value: Double = .nan
            ) {
                rows[Int(table.rawValue)].append(
                    Plain(patient: p, code: code, day: day, value: value))
            }
            for k in 0..<5 { add(.condition, "C\((p * 3 + k) % 9)", 12_000 + p * 11 + k * 200) }
            if p % 3 == 0 { add(.medication, "310965", 13_000 + p * 5) }
            if p % 6 == 0 { add(.medication, "849574", 12_990 + p * 5) }
            for k in 0..<12 {
                let day = 12_800 + k * 31 + p
                switch k % 3 {
                case 0: add(.observation, "38483-4", day, Double(80 + (p + k) % 17) / 100)
                case 1: add(.observation, "L\(k)", day, Double(p) * 1.5 + Double(k) / 8)
                default: add(.observation, "T\(k)", day)
                }
            }
            for k in 0..<3 { add(.procedure, "P\(k)", 12_500 + k * 40 + p) }
            for k in 0..<4 { add(.encounter, k == 0 ? "C1" : "E", 12_000 + k * 90 + p) }
            for k in 0..<2 { add(.immunization, "140", 12_100 + k * 365) }
        }
        return numbered(patients, rows)
    }()

    private struct Plain {
        var patient: Int
        var code: String
        var day: Int
        var value: Double
    }

    private static func numbered(
        _ patients: [ReplicatedBase.Patient], _ rows: [[Plain]]
    ) -> ReplicatedBase {
        var codes: [CodeEntry] = []
        var tables: [[ReplicatedBase.Row]] = []
        for (table, list) in zip(ReplicatedTable.allCases, rows) {
            let sorted = list.sorted {
                ($0.patient, $0.day, $0.code) < ($1.patient, $1.day, $1.code)
            }
            tables.append(
                sorted.map { row in
                    let code = Code(table.system, row.code)
                    let position = codes.firstIndex { $0.code == code } ?? codes.count
                    if position == codes.count { codes.append(CodeEntry(code: code, display: "")) }
                    return ReplicatedBase.Row(
                        patient: UInt32(row.patient), code: UInt32(position), day: Int32(row.day),
                        number: row.value, unit: row.code == "38483-4" ? 0 : -1)
                })
        }
        return ReplicatedBase(
            patients: patients, codes: codes, units: ["mg/dL"], tables: tables)
    }
}

/// The columns of all codes and replicates together.
private func everything(_ export: ReplicatedExport, replicates: Int) -> [(
    code: Int, rows: ReplicatedRows
)] {
    export.codes.indices.map { code in
        var rows = ReplicatedRows()
        for replicate in 0..<replicates {
            export.append(
                code: code, replicate: replicate, shifts: export.shifts(replicate: replicate),
                to: &rows)
        }
        return (code, rows)
    }
}

@Suite struct ReplicatedExportTests {
    private let export = ReplicatedExport(SmallExport.base)

    @Test func drawsAreSplitMix() {
        #expect(Draws.mix(0) == 0xE220_A839_7B1D_CDAF)
        #expect(Draws.hash(5, 3, 1) == 0x176B_E9DF_1252_7892)
        #expect(Draws.rounded(0.00005) == 0)
        #expect(Draws.rounded(1.23456) == 1.2346)
    }

    /// Figures from the peers' own program (NumPy) on the same forty patients, four replicates.
    @Test func fourReplicatesAreThoseOfThePeers() {
        var sums: [ClinicalTable: [Int]] = [:]
        var numbers = 0
        var numberSum = 0
        for (code, rows) in everything(export, replicates: 4) {
            let concept = Int(export.concepts[code])
            for row in 0..<rows.count {
                let subject = Int(rows.subjects[row])
                let day = Int(rows.days[row])
                sums[rows.tables[row], default: [0, 0, 0, 0]][0] += 1
                sums[rows.tables[row]]?[1] += subject
                sums[rows.tables[row]]?[2] += day
                sums[rows.tables[row]]?[3] += concept * day * (subject + 1)
                guard !rows.numbers[row].isNaN else { continue }
                numbers += 1
                numberSum += Int((rows.numbers[row] * 10_000).rounded()) * (subject + 1)
            }
        }
        #expect(sums[.conditionOccurrence] == [775, 61_200, 9_770_844, 3_737_949_013])
        #expect(
            sums[.drugExposure] == [
                80 + 308, 6165 + 24_237, 1_046_341 + 3_779_773, 874_275_341 + 7_531_972_075,
            ])
        #expect(sums[.measurement] == [1984, 156_506, 25_769_627, 30_514_768_045])
        #expect(sums[.procedureOccurrence] == [463, 36_503, 5_810_444, 10_215_721_550])
        #expect(sums[.visitOccurrence] == [612, 48_356, 7_431_761, 11_046_347_364])
        #expect(sums[.death]?[0] == 24)
        #expect(sums[.death]?[2] == 472_192)
        #expect(numbers == 1363)
        #expect(numberSum == 16_374_879_206)
    }

    /// The serial creatinine of one subject, among and in order with the yearly values.
    @Test func creatinineIsInjectedInOrder() throws {
        let code = try #require(
            export.codes.firstIndex { $0.code == ReplicatedExport.creatinineCode })
        let rows = everything(export, replicates: 4)[code].rows
        let places = (0..<rows.count).filter { rows.subjects[$0] == 120 }
        #expect(
            places.map { rows.days[$0] } == [
                13_135, 13_228, 13_320, 13_321, 13_326, 13_327, 13_328, 13_329, 13_330, 13_331,
                13_332, 13_414,
            ])
        #expect(
            places.map { rows.numbers[$0] } == [
                0.6246, 0.9807, 0.7974, 0.7549, 0.8003, 0.7684, 0.7266, 0.7676, 0.7253, 0.7244,
                0.8241, 0.7982,
            ])
        #expect(places.allSatisfy { rows.units[$0] == 0 })
    }

    @Test func rowsComeInTheOrderOfPostings() {
        for (_, rows) in everything(export, replicates: 3) {
            for row in 0..<max(0, rows.count - 1) {
                let left = (rows.subjects[row], rows.days[row])
                #expect(left <= (rows.subjects[row + 1], rows.days[row + 1]))
            }
        }
        #expect(export.codes.map(\.code) == export.codes.map(\.code).sorted())
    }

    @Test func theFirstReplicateIsTheExport() {
        let rows = everything(export, replicates: 1).filter { $0.code != export.creatinine }
        let expected = SmallExport.base.tables.reduce(0) { $0 + $1.count } - 40 * 4
        #expect(rows.reduce(0) { $0 + $1.rows.count } == expected + 6)
        #expect(Set(export.shifts(replicate: 0)) == [0])
        for replicate in 1..<50 {
            #expect(export.shifts(replicate: replicate).allSatisfy { (-365...365).contains($0) })
        }
    }

    @Test func countsAreThoseOfTheRows() {
        let rows = everything(export, replicates: 4).filter { $0.code != export.death }
        let counted = (0..<4).reduce(0) { $0 + export.eventCount(replicate: $1) }
        #expect(rows.reduce(0) { $0 + $1.rows.count } == counted)
        #expect(counted == 4222)
        #expect(export.replicates(nearest: counted) == 4)
        #expect(export.replicates(nearest: counted + 300) == 4)
        #expect(export.replicates(nearest: counted + 800) == 5)
        #expect(export.replicates(nearest: 0) == 1)
    }

    @Test func subjectsAreAnchoredAtTheirFirstEvent() {
        var first = [Int32](repeating: .max, count: 160)
        for (_, rows) in everything(export, replicates: 4) {
            for row in 0..<rows.count {
                let subject = Int(rows.subjects[row])
                first[subject] = min(first[subject], rows.days[row])
            }
        }
        let subjects = (0..<4).flatMap { export.subjects(replicate: $0) }
        #expect(subjects.map(\.anchorDay) == first)
        #expect(subjects.map(\.id.low) == (1...160).map { UInt64($0) })
        #expect(subjects.reduce(0) { $0 + Int($1.birthDay ?? 0) } == -818_954)
        #expect(subjects.filter { $0.sex == .female }.count == 80)
    }

    @Test func timelinesAreTheEventsBySubjectStartCodeAndRow() {
        let anchors = (0..<3).map { export.subjects(replicate: $0).map { $0.anchorDay ?? 0 } }
        let flat = anchors.flatMap { $0 }
        var expected: [[Int]] = []
        for (code, rows) in everything(export, replicates: 3) {
            for row in 0..<rows.count {
                let subject = Int(rows.subjects[row])
                expected.append([
                    subject, (Int(rows.days[row]) - Int(flat[subject])) * 1440, code, row,
                ])
            }
        }
        expected.sort { $0.lexicographicallyPrecedes($1) }
        var timelines = ReplicatedTimelines(export)
        var found: [[Int]] = []
        var ends: [UInt64] = []
        for replicate in anchors {
            let part = timelines.next(anchors: replicate)
            var subject = ends.count
            ends += part.ends
            let before = found.count
            for place in part.codes.indices {
                while found.count >= ends[subject] { subject += 1 }
                found.append([
                    subject, Int(part.starts[place]), Int(part.codes[place]), Int(part.rows[place]),
                ])
            }
            #expect(found.count - before == part.codes.count)
        }
        #expect(found == expected)
        #expect(ends.last == UInt64(expected.count))
    }
}

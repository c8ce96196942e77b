// SPDX-License-Identifier: Apache-2.0
package import Records

/// The tables of an export that the cohort benchmark replicates, in the order they are hashed.
package enum ReplicatedTable: UInt8, CaseIterable, Sendable {
    case condition, medication, observation, procedure, encounter, immunization

    /// The vocabulary the benchmark takes all codes of the table for.
    package var system: CodeSystem {
        switch self {
        case .condition, .procedure, .encounter: .snomed
        case .medication: .rxnorm
        case .observation: .loinc
        case .immunization: .cvx
        }
    }

    /// The clinical table a row of this one belongs to.
    package var clinical: ClinicalTable {
        switch self {
        case .condition: .conditionOccurrence
        case .medication, .immunization: .drugExposure
        case .observation: .measurement
        case .procedure: .procedureOccurrence
        case .encounter: .visitOccurrence
        }
    }

    /// Tells the draws of one table from those of another.
    fileprivate var salt: UInt64 { 10 + UInt64(rawValue) }
}

/// An export as flat tables, the seed of a replicated one.
package struct ReplicatedBase: Sendable {
    package struct Patient: Hashable, Sendable {
        package var sex: Sex
        /// Days since 1970-01-01.
        package var birthDay: Int32
        package var deathDay: Int32?

        package init(sex: Sex, birthDay: Int32, deathDay: Int32?) {
            self.sex = sex
            self.birthDay = birthDay
            self.deathDay = deathDay
        }
    }

    package struct Row: Hashable, Sendable {
        /// Position in `patients`.
        package var patient: UInt32
        /// Position in `codes`.
        package var code: UInt32
        /// Days since 1970-01-01.
        package var day: Int32
        /// Not a number where the row states none.
        package var number: Double
        /// Position in `units`; -1 without one.
        package var unit: Int32

        package init(
            patient: UInt32, code: UInt32, day: Int32, number: Double = .nan, unit: Int32 = -1
        ) {
            self.patient = patient
            self.code = code
            self.day = day
            self.number = number
            self.unit = unit
        }
    }

    package var patients: [Patient]
    /// In order of first appearance: a code's concept in the benchmark is its position plus one.
    package var codes: [CodeEntry]
    package var units: [String]
    /// One for each `ReplicatedTable`, by its raw value; rows by patient, moment and code.
    package var tables: [[Row]]

    package init(
        patients: [Patient], codes: [CodeEntry], units: [String], tables: [[Row]]
    ) {
        self.patients = patients
        self.codes = codes
        self.units = units
        self.tables = tables
    }

    func position(of code: Code) -> Int? { codes.firstIndex { $0.code == code } }
}

/// Replicates an export deterministically, so that any tool can make the same tens of millions of
/// events: the data of the cohort benchmark.
///
/// For replicate r and patient p of P: the new patient is r · P + p; all dates of the patient move
/// by one draw of -365 to 365 days; each number v becomes v · (1 + 0.10 · z), z a sum of four uniform
/// draws scaled to a variance of one; 5 % of rows are dropped. Replicate 0 is the export itself. In
/// every replicate, 30 % of the patients who ever start ibuprofen 200 mg or naproxen 220 mg get
/// serial creatinine on the days -5 and +1 to +7 around the first such day, a tenth of them a rise
/// by 1.8 from a random day on. Numbers are kept to four decimals. Draws are SplitMix64 hashes of
/// what they belong to (Steele, Lea and Flood, OOPSLA 2014), and Double arithmetic goes in one fixed
/// order, so results are the same to the bit everywhere.
package struct ReplicatedExport: Sendable {
    package let base: ReplicatedBase
    /// Codes that occur, ascending, `Code.death` among them: the code table of the store.
    package let codes: [CodeEntry]
    /// Parallel to `codes`: the benchmark's concept, 0 for death.
    package let concepts: [UInt32]
    /// Base rows by code, patient and day, ready to be replicated.
    let sources: [ReplicatedSource]
    /// Where each code's rows begin in `sources`, and behind the last, where they end.
    let bounds: [Int]
    /// The code of the injected creatinine, and of death, in `codes`.
    let creatinine: Int
    let death: Int
    /// Patients with an NSAID, ascending, each with the first day of it.
    let exposed: [(patient: UInt32, day: Int32)]
    /// Unit of the injected creatinine.
    let creatinineUnit: Int32

    package static let nsaids = [Code(.rxnorm, "310965"), Code(.rxnorm, "849574")]
    package static let creatinineCode = Code(.loinc, "38483-4")

    package init(_ base: ReplicatedBase) {
        self.base = base
        var entries = base.codes.enumerated().map { ($1, UInt32($0 + 1)) }
        if base.position(of: Self.creatinineCode) == nil {
            entries.append((CodeEntry(code: Self.creatinineCode, display: "Creatinine"), 0))
        }
        entries.append((CodeEntry(code: .death, display: "Death"), 0))
        entries.sort { $0.0.code < $1.0.code }
        codes = entries.map(\.0)
        concepts = entries.map(\.1)
        var place: [Code: Int] = [:]
        for (index, entry) in codes.enumerated() { place[entry.code] = index }
        let places = base.codes.map { UInt32(place[$0.code] ?? 0) }
        creatinine = place[Self.creatinineCode] ?? 0
        death = place[.death] ?? 0
        sources = ReplicatedSource.sorted(base, places: places)
        bounds = ReplicatedSource.bounds(sources, codes: codes.count)
        exposed = ReplicatedExport.exposed(base)
        let code = UInt32(creatinine)
        creatinineUnit = sources.first { $0.code == code && $0.unit >= 0 }?.unit ?? -1
    }

    private static func exposed(_ base: ReplicatedBase) -> [(patient: UInt32, day: Int32)] {
        let codes = Set(nsaids.compactMap { base.position(of: $0).map(UInt32.init) })
        var first: [UInt32: Int32] = [:]
        for row in base.tables[Int(ReplicatedTable.medication.rawValue)]
        where codes.contains(row.code) {
            first[row.patient] = min(first[row.patient] ?? .max, row.day)
        }
        return first.sorted { $0.key < $1.key }.map { (patient: $0.key, day: $0.value) }
    }
}

/// A base row as replication needs it.
struct ReplicatedSource: Sendable {
    var patient: UInt32
    /// Position in the sorted code table.
    var code: UInt32
    var day: Int32
    var unit: Int32
    var number: Double
    /// The hash of the row's position in its table: what is common to all its draws.
    var seed: UInt64
    var table: ReplicatedTable

    /// All rows by code, patient, day, table and position in the table.
    static func sorted(_ base: ReplicatedBase, places: [UInt32]) -> [ReplicatedSource] {
        var rows: [ReplicatedSource] = []
        rows.reserveCapacity(base.tables.reduce(0) { $0 + $1.count })
        for (table, list) in zip(ReplicatedTable.allCases, base.tables) {
            for (index, row) in list.enumerated() {
                rows.append(
                    ReplicatedSource(
                        patient: row.patient, code: places[Int(row.code)], day: row.day,
                        unit: row.unit, number: row.number, seed: Draws.mix(UInt64(index)),
                        table: table))
            }
        }
        let order = rows.indices.sorted { left, right in
            let (one, other) = (rows[left], rows[right])
            if one.code != other.code { return one.code < other.code }
            if one.patient != other.patient { return one.patient < other.patient }
            return one.day != other.day ? one.day < other.day : left < right
        }
        return order.map { rows[$0] }
    }

    static func bounds(_ rows: [ReplicatedSource], codes: Int) -> [Int] {
        var bounds = [Int](repeating: 0, count: codes + 1)
        for row in rows { bounds[Int(row.code) + 1] += 1 }
        for code in 0..<codes { bounds[code + 1] += bounds[code] }
        return bounds
    }

    /// Whether a replicate keeps the row; `stream` is the row's seed mixed with the replicate.
    @inline(__always)
    func isKept(_ stream: UInt64, replicate: Int) -> Bool {
        replicate == 0 || Draws.uniform(Draws.mix(stream ^ table.salt)) >= 0.05
    }

    /// The row's number with the noise of a replicate; not a number where there is none.
    @inline(__always)
    func noisy(_ stream: UInt64, replicate: Int) -> Double {
        guard replicate > 0 else { return Draws.rounded(number) }
        var sum = Draws.uniform(Draws.mix(stream ^ 20))
        sum += Draws.uniform(Draws.mix(stream ^ 21))
        sum += Draws.uniform(Draws.mix(stream ^ 22))
        sum += Draws.uniform(Draws.mix(stream ^ 23))
        return Draws.rounded(number * (1 + 0.10 * (sum - 2) * Draws.rootOfThree))
    }
}

/// The draws of a replicated export: hashes, never a generator with a state.
enum Draws {
    static let rootOfThree = 3.0.squareRoot()

    /// One step of SplitMix64.
    @inline(__always)
    static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// The hash of three whole numbers in their order.
    @inline(__always)
    static func hash(_ first: UInt64, _ second: UInt64, _ third: UInt64) -> UInt64 {
        mix(mix(mix(first) ^ second) ^ third)
    }

    /// A number in [0, 1) from the upper 53 bits.
    @inline(__always)
    static func uniform(_ hash: UInt64) -> Double { Double(hash >> 11) / 9_007_199_254_740_992 }

    /// Four decimals, halves to even, as a product and a quotient by 10,000.
    @inline(__always)
    static func rounded(_ value: Double) -> Double {
        (value * 10_000).rounded(.toNearestOrEven) / 10_000
    }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records

/// The answers: who is who, what began when and why, and where the identifying text stands.
struct Truth {
    private var identities: TextFile
    private var onsets: TextFile
    private var spans: LineFile
    private let hazardsPath: String

    init(directory: String) throws(SimulationError) {
        identities = try TextFile(path: "\(directory)/identities.csv")
        identities.append("person,hospital,patientId,mrn\n")
        onsets = try TextFile(path: "\(directory)/onsets.csv")
        onsets.append("person,condition,name,age_days,causes\n")
        spans = try LineFile(path: "\(directory)/phi-spans.jsonl")
        hazardsPath = "\(directory)/hazards.json"
    }

    /// The whole life: onsets before the first contact too, and death as `BEDSIDE/death`.
    mutating func add(_ person: SimulatedPerson) {
        for onset in person.life.onsets {
            let causes = onset.causes
                .map { "\($0.condition.name):\(FixedDecimals.text($0.ratio, decimals: 2))" }
                .joined(separator: ";")
            onsets.append(
                "\(person.index),\(onset.condition.entry.code),\(onset.condition.name),"
                    + "\(Int(onset.age)),\(causes)\n")
        }
        if let age = person.life.deathAge {
            onsets.append("\(person.index),\(Code.death),death,\(Int(age)),\n")
        }
    }

    mutating func add(_ membership: Membership) {
        identities.append(
            "\(membership.person.index),\(membership.hospital.rawValue),\(membership.patientID),"
                + "\(membership.recordNumber)\n")
    }

    mutating func add(_ found: [TruthSpan], at hospital: Hospital) {
        for one in found {
            spans.line { json in
                json.field("hospital", hospital.rawValue)
                json.field("documentReference", one.document)
                json.field("start", one.span.start)
                json.field("end", one.span.end)
                json.field("type", one.span.kind.rawValue)
            }
        }
    }

    mutating func flush(atLeast size: Int) throws(SimulationError) {
        try identities.flush(atLeast: size)
        try onsets.flush(atLeast: size)
        try spans.flush(atLeast: size)
    }

    mutating func close(seed: UInt64) throws(SimulationError) {
        try identities.close()
        try onsets.close()
        try spans.close()
        var file = try LineFile(path: hazardsPath)
        file.line { Truth.writeHazards(seed: seed, into: &$0) }
        try file.close()
    }

    private static func writeHazards(seed: UInt64, into json: inout JSONLine) {
        json.field("statement", HazardTable.statement)
        json.field(
            "model",
            "Competing exponential hazards, constant within age bands, of each condition's first "
                + "occurrence: rate = events per 1,000 person-years x ratio of sex x ratio of having "
                + "smoked x ratios of conditions present x burden of the home hospital; death has "
                + "no burden and runs from the first contact.")
        json.field("seed", String(seed))
        json.array("ageBandsFromYears") { json in
            for band in Hazard.ageBands { json.element(band, decimals: 0) }
        }
        json.field("daysPerYear", Hazard.daysPerYear, decimals: 2)
        json.object("hospitals") { json in
            for hospital in Hospital.allCases {
                json.object(hospital.key) { json in
                    json.field("burden", hospital.mix.burden, decimals: 2)
                    json.field("smokers", hospital.mix.smokers, decimals: 2)
                    json.field("lossToFollowUpPerYear", hospital.mix.leaving, decimals: 2)
                }
            }
        }
        json.array("hazards") { json in
            for condition in Condition.allCases {
                json.hazard(
                    HazardTable.conditions[Int(condition.rawValue)], name: condition.name,
                    code: condition.entry.code)
            }
            json.hazard(HazardTable.death, name: "death", code: .death)
        }
    }
}

/// Comma-separated text, buffered.
private struct TextFile {
    private let path: String
    private var pending: [UInt8] = []
    private let handle: FileHandle

    init(path: String) throws(SimulationError) {
        self.path = path
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw .unwritable(path: path, reason: "the file could not be created") }
        self.handle = handle
    }

    mutating func append(_ text: String) {
        pending.append(contentsOf: text.utf8)
    }

    mutating func flush(atLeast size: Int) throws(SimulationError) {
        guard pending.count >= max(1, size) else { return }
        do {
            try handle.write(contentsOf: Data(pending))
        } catch {
            throw .unwritable(path: path, reason: "the disk refused the bytes")
        }
        pending.removeAll(keepingCapacity: true)
    }

    mutating func close() throws(SimulationError) {
        try flush(atLeast: 1)
        do {
            try handle.close()
        } catch {
            throw .unwritable(path: path, reason: "the file could not be closed")
        }
    }
}

extension Hospital {
    fileprivate var key: StaticString {
        switch self {
        case .referralClinic: "referral-clinic"
        case .communityHospital: "community-hospital"
        case .safetyNetEmergency: "safety-net-emergency"
        }
    }
}

extension JSONLine {
    fileprivate mutating func hazard(_ hazard: Hazard, name: String, code: Code) {
        object { json in
            json.field("name", name)
            json.field("code", code.description)
            json.array("perThousandPersonYears") { json in
                for rate in hazard.perThousandYears { json.element(rate, decimals: 3) }
            }
            json.field("female", hazard.female, decimals: 2)
            json.field("male", hazard.male, decimals: 2)
            json.field("everSmoked", hazard.smoking, decimals: 2)
            if let needed = hazard.onlyAfter { json.field("onlyAfter", needed.name) }
            json.array("causes") { json in
                for cause in hazard.causes {
                    json.object { json in
                        json.field("condition", cause.condition.name)
                        json.field("hazardRatio", cause.ratio, decimals: 2)
                    }
                }
            }
        }
    }
}

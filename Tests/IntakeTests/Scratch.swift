// SPDX-License-Identifier: Apache-2.0
import Foundation
import Intake
import Records

/// A directory that is removed with its last reference.
final class Scratch {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/intake-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    @discardableResult
    func write(_ bytes: [UInt8], _ name: String = "source.ndjson") throws -> String {
        let file = path + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }
}

/// What a text yields when it lies in a file of this name.
func extract(_ bytes: [UInt8], name: String = "source.ndjson") throws -> Extraction {
    let scratch = try Scratch()
    return try FHIRReader().extract(file: try scratch.write(bytes, name), displayName: name)
}

func extract(_ text: String, name: String = "source.ndjson") throws -> Extraction {
    try extract(Array(text.utf8), name: name)
}

/// SplitMix64 (Steele, Lea and Flood 2014), so that a failing seed can be run again.
struct Dice {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func roll(_ sides: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return Int(mixed.multipliedFullWidth(by: UInt64(sides)).high)
    }
}

extension IntakeReport {
    /// Every resource is either imported or rejected with a reason.
    var isBalanced: Bool {
        resources == imported + rejected.values.reduce(0, +)
            && imported == byType.values.reduce(0, +)
    }
}

/// An event with its tables resolved, to compare extractions whose tables differ in order.
struct PlainEvent: Hashable, Comparable {
    var patient: String
    var code: String
    var start: Int64
    var end: Int64?
    var kind: UInt8
    var number: Double
    var answer: String?
    var unit: String?

    static func < (left: PlainEvent, right: PlainEvent) -> Bool {
        left.key < right.key
    }

    private var key: String {
        "\(patient) \(code) \(start) \(end ?? -1) \(kind) \(number) \(answer ?? "") \(unit ?? "")"
    }
}

extension Extraction {
    var plainEvents: [PlainEvent] {
        events.map { event in
            PlainEvent(
                patient: patientKeys[Int(event.patient)],
                code: codes[Int(event.code)].code.description, start: event.start.minutes,
                end: event.end?.minutes, kind: event.kind.rawValue, number: event.number,
                answer: event.valueCode < 0
                    ? nil : codes[Int(event.valueCode)].code.description,
                unit: event.unit < 0 ? nil : units[Int(event.unit)])
        }
    }

    /// The events' codes in order.
    var codeList: [String] { plainEvents.map(\.code) }
}

/// Minutes since 1970 of a date and time.
func minutes(_ year: Int, _ month: Int, _ day: Int, _ hour: Int = 0, _ minute: Int = 0) -> Int64 {
    guard let day = CivilDay(year: year, month: month, day: day) else { return .min }
    return CivilTime(day: day, minuteOfDay: hour * 60 + minute).minutes
}

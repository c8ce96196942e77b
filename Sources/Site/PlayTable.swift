// SPDX-License-Identifier: Apache-2.0
import Foundation
package import Statistics

/// One finished play of an own case by a person; nothing in it says who.
package struct PlayRow: Sendable, Hashable, Codable {
    /// When it ended, ISO 8601 in UTC.
    package var time: String
    package var caseID: String
    /// `unaided`, `with references` or `with the panel`.
    package var arm: String
    package var speciality: String
    /// 1 to 5; 4 and 5 count as right.
    package var score: Int
    /// Stated certainty, 0...1.
    package var certainty: Double
    /// US cents, visits included.
    package var cents: Int
    package var questions: Int
    package var tests: Int
    package var visits: Int
    package var minutes: Double
    /// What the panel made of the same case; nil where it was not played.
    package var panelScore: Int?
    package var panelCents: Int?

    package init(
        time: String, caseID: String, arm: String, speciality: String, score: Int,
        certainty: Double, cents: Int, questions: Int, tests: Int, visits: Int, minutes: Double,
        panelScore: Int? = nil, panelCents: Int? = nil
    ) {
        self.time = time
        self.caseID = caseID
        self.arm = arm
        self.speciality = speciality
        self.score = score
        self.certainty = certainty
        self.cents = cents
        self.questions = questions
        self.tests = tests
        self.visits = visits
        self.minutes = minutes
        self.panelScore = panelScore
        self.panelCents = panelCents
    }

    package var isCorrect: Bool { score >= 4 }
}

/// Finished plays of one arm, added up.
package struct PlaySummary: Sendable, Hashable {
    package var arm: String
    package var accuracy: Proportion
    /// Means; money in US dollars, visits included.
    package var cost: Double
    package var questions: Double
    package var tests: Double
    package var minutes: Double
    /// Mean stated certainty, its Brier score and its expected calibration error.
    package var certainty: Double
    package var brier: Double
    package var calibrationError: Double

    init(arm: String, _ rows: [PlayRow]) {
        func mean(_ value: (PlayRow) -> Double) -> Double {
            rows.isEmpty ? 0 : rows.reduce(0) { $0 + value($1) } / Double(rows.count)
        }
        var calibration = Calibration()
        for row in rows { calibration.add(probability: row.certainty, isCorrect: row.isCorrect) }
        self.arm = arm
        accuracy = Proportion(rows.count { $0.isCorrect }, of: rows.count)
        cost = mean { Double($0.cents) / 100 }
        questions = mean { Double($0.questions) }
        tests = mean { Double($0.tests) }
        minutes = mean(\.minutes)
        certainty = mean(\.certainty)
        brier = mean { row in
            let gap = row.certainty - (row.isCorrect ? 1 : 0)
            return gap * gap
        }
        calibrationError = calibration.expectedError
    }
}

/// The plays finished on a site: `plays.jsonl` in its directory, a line each, only ever added to.
package struct PlayTable: Sendable {
    package let path: String

    package init(_ site: SiteDirectory) {
        path = site.path + "/plays.jsonl"
    }

    package init(path: String) {
        self.path = path
    }

    /// Adds a finished play; durable when it returns.
    ///
    /// A line that a crash cut off is closed first, so that it spoils no other.
    package func append(_ row: PlayRow) throws(SiteError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(row) else {
            throw .refused("\(path): expected finite numbers")
        }
        let isTorn =
            Files.exists(path)
            ? try Files.readBytes(path).last.map { $0 != UInt8(ascii: "\n") } ?? false : false
        let bytes = (isTorn ? [UInt8(ascii: "\n")] : []) + Array(data) + [UInt8(ascii: "\n")]
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure }
        defer { close(file) }
        // One write, so that two processes never mix their lines.
        guard write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0 else {
            throw failure
        }
    }

    /// All plays in the order they ended, and how many lines could not be read.
    package func rows() throws(SiteError) -> (rows: [PlayRow], unreadable: Int) {
        guard Files.exists(path) else { return ([], 0) }
        var rows: [PlayRow] = []
        var unreadable = 0
        let decoder = JSONDecoder()
        for line in try Files.readBytes(path).split(separator: UInt8(ascii: "\n")) {
            if let row = try? decoder.decode(PlayRow.self, from: Data(line)), row.isSound {
                rows.append(row)
            } else {
                unreadable += 1
            }
        }
        return (rows, unreadable)
    }

    /// Plays added up by arm, in the order of the arms' names given; arms without a play are left
    /// out.
    package static func summaries(of rows: [PlayRow], arms: [String]) -> [PlaySummary] {
        arms.compactMap { arm in
            let own = rows.filter { $0.arm == arm }
            return own.isEmpty ? nil : PlaySummary(arm: arm, own)
        }
    }

    private var failure: SiteError {
        .fileSystem(path: path, reason: String(cString: strerror(errno)))
    }
}

extension PlayRow {
    /// Within the bounds that sums and intervals need.
    fileprivate var isSound: Bool {
        (1...5).contains(score) && (0...1).contains(certainty) && minutes.isFinite
            && [cents, questions, tests, visits].allSatisfy { (0...1_000_000_000).contains($0) }
    }
}

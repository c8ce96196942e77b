// SPDX-License-Identifier: Apache-2.0
package import Statistics

/// A person works up one of the own cases: the choice, the case in play, the verdict.
package enum PlayView: Sendable, Hashable {
    case choosing(PlayChoice)
    case working(PlayRoom)
    case judged(PlayVerdict)
}

/// What can be played, and how earlier plays came out.
package struct PlayChoice: Sendable, Hashable {
    /// A case by what may be known before it begins.
    package struct Item: Sendable, Hashable {
        /// From 1, in an order that says nothing about the case.
        package var number: Int
        package var age: Int?
        package var sex: String?
        package var setting: String

        package init(number: Int, age: Int?, sex: String?, setting: String) {
            self.number = number
            self.age = age
            self.sex = sex
            self.setting = setting
        }
    }

    /// Finished plays of one kind, added up.
    package struct Result: Sendable, Hashable {
        package var name: String
        package var accuracy: Proportion
        /// Means a case; money in US dollars; nil where it was not kept.
        package var cost: Double
        package var questions: Double?
        package var tests: Double?
        package var minutes: Double?
        /// Mean stated certainty, 0...1, and the Brier score of it.
        package var certainty: Double?
        package var brier: Double?

        package init(
            name: String, accuracy: Proportion, cost: Double, questions: Double? = nil,
            tests: Double? = nil, minutes: Double? = nil, certainty: Double? = nil,
            brier: Double? = nil
        ) {
            self.name = name
            self.accuracy = accuracy
            self.cost = cost
            self.questions = questions
            self.tests = tests
            self.minutes = minutes
            self.certainty = certainty
            self.brier = brier
        }
    }

    package var items: [Item]
    package var results: [Result]
    /// Lines of the table that could not be read.
    package var unreadable: Int
    /// What was needed and did not come.
    package var needed: String?

    package init(
        items: [Item], results: [Result] = [], unreadable: Int = 0, needed: String? = nil
    ) {
        self.items = items
        self.results = results
        self.unreadable = unreadable
        self.needed = needed
    }
}

/// One request and what came back.
package struct PlayExchange: Sendable, Hashable {
    package var request: String
    package var isOrder: Bool
    package var lines: [String]
    /// Nothing was revealed or charged.
    package var isRefused: Bool
    /// US cents charged for it, visits not included.
    package var cents: Int
    /// Tests without a price in the schedule.
    package var unpriced: [String]

    package init(
        request: String, isOrder: Bool, lines: [String], isRefused: Bool, cents: Int,
        unpriced: [String] = []
    ) {
        self.request = request
        self.isOrder = isOrder
        self.lines = lines
        self.isRefused = isRefused
        self.cents = cents
        self.unpriced = unpriced
    }
}

/// A case in play.
package struct PlayRoom: Sendable, Hashable {
    /// Something that can be named in a field, and what it costs.
    package struct Option: Sendable, Hashable {
        package var name: String
        /// Shown beside the name; empty for none.
        package var note: String

        package init(name: String, note: String = "") {
            self.name = name
            self.note = note
        }
    }

    /// A request of the panel's.
    package struct Suggestion: Sendable, Hashable {
        /// As sent back: a catalogue id.
        package var id: String
        package var name: String
        package var isOrder: Bool

        package init(id: String, name: String, isOrder: Bool) {
            self.id = id
            self.name = name
            self.isOrder = isOrder
        }
    }

    /// A condition with the probability the panel gives it.
    package struct Hypothesis: Sendable, Hashable {
        package var name: String
        package var probability: Double

        package init(name: String, probability: Double) {
            self.name = name
            self.probability = probability
        }
    }

    /// What the panel makes of the same answers.
    package struct Panel: Sendable, Hashable {
        package var differential: [Hypothesis]
        package var statements: [WorkUpView.Statement]
        package var suggestions: [Suggestion]
        /// What it would commit to now.
        package var commits: String?

        package init(
            differential: [Hypothesis], statements: [WorkUpView.Statement],
            suggestions: [Suggestion], commits: String?
        ) {
            self.differential = differential
            self.statements = statements
            self.suggestions = suggestions
            self.commits = commits
        }
    }

    /// A published figure.
    package struct Figure: Sendable, Hashable {
        package var finding: String
        package var outcome: String
        package var sensitivity: Double
        package var specificity: Double?
        package var note: String
        /// Number of the source in the list.
        package var source: Int

        package init(
            finding: String, outcome: String, sensitivity: Double, specificity: Double?,
            note: String, source: Int
        ) {
            self.finding = finding
            self.outcome = outcome
            self.sensitivity = sensitivity
            self.specificity = specificity
            self.note = note
            self.source = source
        }
    }

    /// What the literature says of a condition, or which conditions may have been meant.
    package struct Reference: Sendable, Hashable {
        package var condition: String
        package var figures: [Figure]
        /// Citations, numbered from 1.
        package var sources: [String]
        /// Where the name fits none exactly.
        package var alternatives: [String]

        package init(
            condition: String, figures: [Figure], sources: [String], alternatives: [String] = []
        ) {
            self.condition = condition
            self.figures = figures
            self.sources = sources
            self.alternatives = alternatives
        }
    }

    package var id: String
    package var number: Int
    package var arm: PlayArm
    package var abstract: String
    package var spentCents: Int
    package var visits: Int
    package var visitCents: Int
    package var exchanges: [PlayExchange]
    package var findings: [Option]
    package var tests: [Option]
    package var panel: Panel?
    package var reference: Reference?
    /// Stated once and asked "are you sure?".
    package var pending: PlayStatement?
    package var needed: String?

    package init(
        id: String, number: Int, arm: PlayArm, abstract: String, spentCents: Int, visits: Int,
        visitCents: Int, exchanges: [PlayExchange], findings: [Option], tests: [Option],
        panel: Panel? = nil, reference: Reference? = nil, pending: PlayStatement? = nil,
        needed: String? = nil
    ) {
        self.id = id
        self.number = number
        self.arm = arm
        self.abstract = abstract
        self.spentCents = spentCents
        self.visits = visits
        self.visitCents = visitCents
        self.exchanges = exchanges
        self.findings = findings
        self.tests = tests
        self.panel = panel
        self.reference = reference
        self.pending = pending
        self.needed = needed
    }
}

/// How a play ended.
package struct PlayVerdict: Sendable, Hashable {
    /// One who worked the case up.
    package struct Side: Sendable, Hashable {
        package var name: String
        package var diagnosis: String
        /// 1 to 5; 4 and 5 count as right.
        package var score: Int
        package var reason: String
        /// 0...1; nil where none was stated.
        package var certainty: Double?
        package var cents: Int
        package var visits: Int
        package var questions: Int
        package var tests: Int

        package init(
            name: String, diagnosis: String, score: Int, reason: String, certainty: Double?,
            cents: Int, visits: Int, questions: Int, tests: Int
        ) {
            self.name = name
            self.diagnosis = diagnosis
            self.score = score
            self.reason = reason
            self.certainty = certainty
            self.cents = cents
            self.visits = visits
            self.questions = questions
            self.tests = tests
        }

        var isCorrect: Bool { score >= 4 }
    }

    package var number: Int
    package var caseID: String
    package var arm: PlayArm
    package var abstract: String
    package var truth: String
    package var own: Side
    package var panel: Side
    package var minutes: Double
    package var exchanges: [PlayExchange]
    /// What the case was built on, one sentence each.
    package var sources: [String]

    package init(
        number: Int, caseID: String, arm: PlayArm, abstract: String, truth: String, own: Side,
        panel: Side, minutes: Double, exchanges: [PlayExchange], sources: [String]
    ) {
        self.number = number
        self.caseID = caseID
        self.arm = arm
        self.abstract = abstract
        self.truth = truth
        self.own = own
        self.panel = panel
        self.minutes = minutes
        self.exchanges = exchanges
        self.sources = sources
    }
}

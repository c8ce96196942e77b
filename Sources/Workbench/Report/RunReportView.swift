// SPDX-License-Identifier: Apache-2.0
package import Statistics

/// One or more runs of the benchmark as a page that is kept as one file.
package struct RunReportView: Sendable, Hashable {
    /// Ends of a 95 % interval.
    package struct Interval: Sendable, Hashable {
        package var lower: Double
        package var upper: Double

        package init(lower: Double, upper: Double) {
            self.lower = lower
            self.upper = upper
        }
    }

    /// Some cases of a run, added up.
    package struct Row: Sendable, Hashable {
        package var name: String
        package var accuracy: Proportion
        /// Mean, US dollars, visits included.
        package var meanCost: Double
        package var costInterval: Interval
        /// Means a case.
        package var questions: Double
        package var tests: Double

        package init(
            name: String, accuracy: Proportion, meanCost: Double, costInterval: Interval,
            questions: Double, tests: Double
        ) {
            self.name = name
            self.accuracy = accuracy
            self.meanCost = meanCost
            self.costInterval = costInterval
            self.questions = questions
            self.tests = tests
        }
    }

    /// Rows that divide the cases in one way, such as by sex.
    package struct Group: Sendable, Hashable {
        package var name: String
        package var rows: [Row]

        package init(name: String, rows: [Row]) {
            self.name = name
            self.rows = rows
        }
    }

    /// A bin of the reliability plot.
    package struct Bin: Sendable, Hashable {
        /// Mean stated probability.
        package var stated: Double
        package var right: Proportion

        package init(stated: Double, right: Proportion) {
            self.stated = stated
            self.right = right
        }
    }

    /// A share with its name.
    package struct Share: Sendable, Hashable {
        package var name: String
        package var share: Proportion
        /// What is counted.
        package var note: String

        package init(name: String, share: Proportion, note: String) {
            self.name = name
            self.share = share
            self.note = note
        }
    }

    /// A name with a number or a digest.
    package struct Fact: Sendable, Hashable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A kind of failure and how often it came.
    package struct Failure: Sendable, Hashable {
        package var kind: String
        package var count: Int

        package init(kind: String, count: Int) {
            self.kind = kind
            self.count = count
        }
    }

    /// One case of a run.
    package struct Case: Sendable, Hashable {
        package var id: String
        package var stratum: String
        package var truth: String
        /// Nil when the agent never committed.
        package var stated: String?
        /// 1 to 5.
        package var score: Int
        package var isCorrect: Bool
        package var reason: String
        /// US dollars, visits included.
        package var cost: Double
        package var questions: Int
        package var tests: Int

        package init(
            id: String, stratum: String, truth: String, stated: String?, score: Int,
            isCorrect: Bool, reason: String, cost: Double, questions: Int, tests: Int
        ) {
            self.id = id
            self.stratum = stratum
            self.truth = truth
            self.stated = stated
            self.score = score
            self.isCorrect = isCorrect
            self.reason = reason
            self.cost = cost
            self.questions = questions
            self.tests = tests
        }
    }

    /// One run.
    package struct Run: Sendable, Hashable {
        package var agent: String
        package var variant: String
        /// Name of the price schedule.
        package var prices: String
        package var seed: UInt64
        /// Further settings and the digests the run can be held against.
        package var facts: [Fact]
        package var all: Row
        package var groups: [Group]
        /// False alarms, recall, top three, twins; those of no cases are not shown.
        package var shares: [Share]
        /// Of the probability the agent gave its own diagnosis; nil where none gave one.
        package var brier: Double?
        package var calibrationError: Double?
        package var bins: [Bin]
        /// Share of answers that were not in the cases' records, 0...1.
        package var defaultAnswerShare: Double
        /// Means and sums that fit nowhere else.
        package var further: [Fact]
        package var failures: [Failure]
        package var cases: [Case]

        package init(
            agent: String, variant: String, prices: String, seed: UInt64, facts: [Fact],
            all: Row, groups: [Group], shares: [Share], brier: Double?,
            calibrationError: Double?, bins: [Bin], defaultAnswerShare: Double, further: [Fact],
            failures: [Failure], cases: [Case]
        ) {
            self.agent = agent
            self.variant = variant
            self.prices = prices
            self.seed = seed
            self.facts = facts
            self.all = all
            self.groups = groups
            self.shares = shares
            self.brier = brier
            self.calibrationError = calibrationError
            self.bins = bins
            self.defaultAnswerShare = defaultAnswerShare
            self.further = further
            self.failures = failures
            self.cases = cases
        }
    }

    /// Two runs held against each other over the cases they share.
    package struct Difference: Sendable, Hashable {
        /// Positions in `runs`.
        package var first: Int
        package var second: Int
        package var shared: Int
        /// Exact two-sided McNemar probability.
        package var probability: Double

        package init(first: Int, second: Int, shared: Int, probability: Double) {
            self.first = first
            self.second = second
            self.shared = shared
            self.probability = probability
        }
    }

    package var runs: [Run]
    package var differences: [Difference]

    package init(runs: [Run], differences: [Difference] = []) {
        self.runs = runs
        self.differences = differences
    }

    /// What a run is called on the page: a letter, so that marks and tables find each other.
    static func letter(_ position: Int) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        let rest = position / letters.count
        return String(letters[position % letters.count]) + (rest > 0 ? String(rest) : "")
    }

    /// Whether no other run is at once as cheap and as accurate, and better in one of the two.
    func isOnFront(_ position: Int) -> Bool {
        let own = runs[position].all
        return !runs.indices.contains { other in
            let rival = runs[other].all
            let isAsGood =
                rival.meanCost <= own.meanCost && rival.accuracy.value >= own.accuracy.value
            return other != position && isAsGood
                && (rival.meanCost < own.meanCost || rival.accuracy.value > own.accuracy.value)
        }
    }
}

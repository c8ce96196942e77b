// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Metering
import Site

/// `bedside budget`: what keys, teams and licensees may spend.
struct Budget: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Set, remove and show what keys, teams and licensees may spend.",
        subcommands: [Set.self, Remove.self, Show.self])

    /// Whose budget, of which model, for which period.
    struct Scope: ParsableArguments {
        @Option(name: .long, help: "Holder of a key.")
        var principal: String?
        @Option(name: .long, help: "A team.")
        var team: String?
        @Option(name: .long, help: "A licensee.")
        var licensee: String?
        @Option(name: .long, help: "Only calls of this model; default: all.")
        var model: String?
        @Option(name: .long, help: "day, month (UTC) or total.")
        var period: BudgetPeriod = .month

        func validate() throws {
            let given = [principal, team, licensee].compactMap { $0 }
            guard given.count == 1 else {
                throw ValidationError("expected one of --principal, --team and --licensee")
            }
        }

        var scope: BudgetScope {
            if let principal { return BudgetScope(.principal, principal) }
            if let team { return BudgetScope(.team, team) }
            return BudgetScope(.licensee, licensee ?? "")
        }
    }

    /// `bedside budget set`.
    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set the most that may be spent; calls that could pass it are refused.",
            discussion: """
                The worst case of a call is held before the model is asked and what it cost is \
                taken after, so a budget is never passed, however many call at once. An amount is \
                in the currency of site.yaml, such as 250 or 0.05; 0 refuses every priced call.
                """)

        @OptionGroup var site: SiteOption
        @OptionGroup var scope: Scope
        @Option(name: .long, help: "The amount, with up to six decimals.")
        var limit: MoneyAmount?
        @Option(name: .long, help: "The amount in whole millionths of the currency.")
        var limitMicros: Int?
        @OptionGroup var output: OutputOption

        func validate() throws {
            guard (limit == nil) != (limitMicros == nil), limitMicros ?? 0 >= 0 else {
                throw ValidationError(
                    "expected --limit with an amount such as 250, or --limit-micros from 0")
            }
        }

        func run() throws {
            let directory = try site.open()
            let budget = BudgetLimit(
                scope: scope.scope, model: scope.model, period: scope.period,
                micros: limit?.micros ?? limitMicros ?? 0)
            try BudgetDesk(directory).set(budget)
            try output.show(Report(budget)) {
                "\(budget.scope.text): "
                    + Amount.text(budget.micros, directory.configuration.currency)
                    + (budget.period == .total ? " in all" : " a \(budget.period.rawValue)")
                    + (budget.model.map { " for \($0)" } ?? "")
            }
        }
    }

    /// `bedside budget remove`.
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take a budget away.")

        @OptionGroup var site: SiteOption
        @OptionGroup var scope: Scope

        func run() throws {
            try BudgetDesk(site.open()).remove(
                scope.scope, model: scope.model, period: scope.period)
            print("removed: \(scope.scope.text)")
        }
    }

    /// `bedside budget show`.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show every budget with what is spent of it.")

        @OptionGroup var site: SiteOption
        @OptionGroup var output: OutputOption

        struct Rows: Encodable {
            var budgets: [Report]
        }

        func run() throws {
            let directory = try site.open()
            let rows = try BudgetDesk(directory).balances()
            try output.show(
                Rows(budgets: rows.map { Report($0.limit, spent: $0.spent) })
            ) {
                Terminal.table(
                    [["budget", "period", "spent", "limit"]]
                        + rows.map { row in
                            [
                                row.limit.scope.text + (row.limit.model.map { " \($0)" } ?? ""),
                                row.limit.period.rawValue,
                                Amount.text(row.spent, directory.configuration.currency),
                                Amount.text(row.limit.micros, directory.configuration.currency),
                            ]
                        })
            }
        }
    }

    struct Report: Encodable {
        var scope: String
        var model: String?
        var period: String
        var limitMicros: Int
        var spentMicros: Int?

        init(_ limit: BudgetLimit, spent: Int? = nil) {
            scope = limit.scope.text
            model = limit.model
            period = limit.period.rawValue
            limitMicros = limit.micros
            spentMicros = spent
        }

        enum CodingKeys: String, CodingKey {
            case scope, model, period
            case limitMicros = "limit_micros"
            case spentMicros = "spent_micros"
        }
    }
}

extension BudgetPeriod: ExpressibleByArgument {}

/// An amount of money as a person types it, in whole micro-units.
struct MoneyAmount: ExpressibleByArgument {
    var micros: Int

    init?(argument: String) {
        let parts = argument.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count == 2 ? parts[1] : ""
        guard let whole = Int(parts[0]), whole >= 0, fraction.count <= 6,
            parts.count == 1 || !fraction.isEmpty, fraction.allSatisfy({ "0"..."9" ~= $0 }),
            let small = Int((fraction + "000000").prefix(6))
        else { return nil }
        let (product, isTooLarge) = whole.multipliedReportingOverflow(by: 1_000_000)
        guard !isTooLarge, product <= Int.max - small else { return nil }
        micros = product + small
    }
}

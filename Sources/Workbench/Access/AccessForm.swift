// SPDX-License-Identifier: Apache-2.0

/// What posts of the forms about keys and budgets mean.
package enum AccessForm: Sendable, Hashable {
    /// A key to be made.
    package struct NewKey: Sendable, Hashable {
        package var name: String
        package var team: String
        package var licensee: String
        package var requestsPerMinute: Int?
        /// Days until it expires; nil for never.
        package var days: Int?

        package init(
            name: String, team: String = "", licensee: String = "", requestsPerMinute: Int? = nil,
            days: Int? = nil
        ) {
            self.name = name
            self.team = team
            self.licensee = licensee
            self.requestsPerMinute = requestsPerMinute
            self.days = days
        }
    }

    /// A limit to be set, or taken away.
    package struct NewBudget: Sendable, Hashable {
        /// `principal`, `team` or `licensee`.
        package var kind: String
        package var name: String
        /// Empty for all models.
        package var model: String
        /// `day`, `month` or `total`.
        package var period: String
        /// Nil takes the limit away.
        package var micros: Int?

        package init(kind: String, name: String, model: String, period: String, micros: Int?) {
            self.kind = kind
            self.name = name
            self.model = model
            self.period = period
            self.micros = micros
        }
    }

    case create(NewKey)
    case rotate(String)
    case revoke(String)
    case budget(NewBudget)
    /// What has to be filled in differently, as a sentence.
    case needed(String)

    static let actionField = "do"
    static let kinds = ["principal", "team", "licensee"]
    static let periods = ["day", "month", "total"]
    private static let longest = 120

    /// Reads a posted form; unknown names are ignored.
    package init(fields: [(name: String, value: String)]) {
        func part(_ name: String) -> String {
            let value = fields.first { $0.name == name }?.value ?? ""
            return String(value.trimmingBlanks.prefix(AccessForm.longest))
        }
        switch part(AccessForm.actionField) {
        case "create": self = AccessForm.creating(part)
        case "rotate" where !part("name").isEmpty: self = .rotate(part("name"))
        case "revoke" where !part("name").isEmpty: self = .revoke(part("name"))
        case "budget": self = AccessForm.budgeting(part)
        default: self = .needed("Press one of the buttons of this page.")
        }
    }

    private static func creating(_ part: (String) -> String) -> AccessForm {
        guard !part("name").isEmpty else { return .needed("A key needs a name: who holds it.") }
        var key = NewKey(name: part("name"), team: part("team"), licensee: part("licensee"))
        if !part("requests").isEmpty {
            guard let requests = Int(part("requests")), (1...10_000_000).contains(requests) else {
                return .needed("Requests a minute are a whole number of 1 or more.")
            }
            key.requestsPerMinute = requests
        }
        if !part("days").isEmpty {
            guard let days = Int(part("days")), (1...36_525).contains(days) else {
                return .needed("A key expires after a whole number of days, 1 or more.")
            }
            key.days = days
        }
        return .create(key)
    }

    private static func budgeting(_ part: (String) -> String) -> AccessForm {
        guard kinds.contains(part("kind")), !part("owner").isEmpty else {
            return .needed("A budget needs to know whose it is: a principal, team or licensee.")
        }
        guard periods.contains(part("period")) else {
            return .needed("A budget is for a day, a month, or in total.")
        }
        var budget = NewBudget(
            kind: part("kind"), name: part("owner"), model: part("model"), period: part("period"),
            micros: nil)
        if !part("limit").isEmpty {
            guard let micros = micros(part("limit")) else {
                return .needed("A limit is an amount such as 250 or 250.50, with up to 6 decimals.")
            }
            budget.micros = micros
        }
        return .budget(budget)
    }

    /// An amount with up to six decimals in millionths; nil for anything else.
    ///
    /// No rounding.
    static func micros(_ text: String) -> Int? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let digits = parts.joined().utf8
        guard (1...2).contains(parts.count), (1...9).contains(parts[0].count),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            parts.count == 1 || (1...6).contains(parts[1].count)
        else { return nil }
        let fraction = parts.count == 2 ? String(parts[1]) : ""
        let padded = fraction + String(repeating: "0", count: 6 - fraction.count)
        guard let whole = Int(parts[0]), let rest = Int(padded) else { return nil }
        return whole * 1_000_000 + rest
    }
}

extension String {
    /// Without blanks at its ends.
    var trimmingBlanks: String {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}

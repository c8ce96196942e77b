// SPDX-License-Identifier: Apache-2.0
package import Ledger

/// What a call is charged by.
package enum Meter: UInt8, Sendable, Hashable, CaseIterable {
    case prediction, promptTokens, completionTokens, cardShown, acceptedCard, validatedSiteMonth

    /// The name in price sheets and ledger entries.
    package var code: String {
        switch self {
        case .prediction: "prediction"
        case .promptTokens: "prompt_tokens"
        case .completionTokens: "completion_tokens"
        case .cardShown: "card_shown"
        case .acceptedCard: "accepted_card"
        case .validatedSiteMonth: "validated_site_month"
        }
    }

    /// The meter of a name in price sheets and ledger entries; nil for any other.
    package init?(code: String) {
        guard let meter = Meter.allCases.first(where: { $0.code == code }) else { return nil }
        self = meter
    }

    /// Every name, for messages.
    static let codes = Meter.allCases.map(\.code).joined(separator: ", ")
}

/// How much of each meter; six numbers in place, without a heap allocation.
package struct Quantities: Sendable, Hashable {
    private var predictions = 0
    private var promptTokens = 0
    private var completionTokens = 0
    private var cardsShown = 0
    private var acceptedCards = 0
    private var validatedSiteMonths = 0

    /// Nothing of any meter.
    package init() {}

    /// What a call to a panel or a language model uses.
    package init(predictions: Int = 0, promptTokens: Int = 0, completionTokens: Int = 0) {
        self.predictions = predictions
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
    }

    /// The quantity of one meter.
    package subscript(meter: Meter) -> Int {
        get {
            switch meter {
            case .prediction: predictions
            case .promptTokens: promptTokens
            case .completionTokens: completionTokens
            case .cardShown: cardsShown
            case .acceptedCard: acceptedCards
            case .validatedSiteMonth: validatedSiteMonths
            }
        }
        set {
            switch meter {
            case .prediction: predictions = newValue
            case .promptTokens: promptTokens = newValue
            case .completionTokens: completionTokens = newValue
            case .cardShown: cardsShown = newValue
            case .acceptedCard: acceptedCards = newValue
            case .validatedSiteMonth: validatedSiteMonths = newValue
            }
        }
    }

    /// Nothing of any meter.
    package var isEmpty: Bool { self == Quantities() }

    /// Whether a meter is below zero, which no call can be.
    var hasNegative: Bool { Meter.allCases.contains { self[$0] < 0 } }

    /// The sum, meter by meter; refused where it does not fit.
    package func adding(_ other: Quantities) throws(MeteringError) -> Quantities {
        var sum = self
        for meter in Meter.allCases { sum[meter] = try Amount.sum(self[meter], other[meter]) }
        return sum
    }

    /// The difference, meter by meter; refused where it does not fit.
    package func subtracting(_ other: Quantities) throws(MeteringError) -> Quantities {
        var difference = self
        for meter in Meter.allCases where other[meter] != 0 {
            difference[meter] = try Amount.sum(self[meter], try Amount.product(-1, other[meter]))
        }
        return difference
    }

    /// Reads what `json` writes.
    package init(json: CanonicalJSON) throws(MeteringError) {
        guard case .object(let members) = json else {
            throw .badValue(path: "quantities", expected: "an object of meters")
        }
        for (name, value) in members {
            guard let meter = Meter(code: name) else {
                throw .badValue(path: "quantities.\(name)", expected: "one of \(Meter.codes)")
            }
            guard let quantity = value.intValue, quantity >= 0 else {
                throw .badValue(path: "quantities.\(name)", expected: "a whole number from 0")
            }
            self[meter] = quantity
        }
    }

    /// An object of the meters that are not zero.
    package var json: CanonicalJSON {
        var members: [String: CanonicalJSON] = [:]
        for meter in Meter.allCases where self[meter] != 0 {
            members[meter.code] = .int(self[meter])
        }
        return .object(members)
    }
}

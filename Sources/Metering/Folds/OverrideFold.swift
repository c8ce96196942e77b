// SPDX-License-Identifier: Apache-2.0

/// What clinicians did with the answers of one model version.
package struct OverrideRow: Sendable, Hashable {
    /// Empty where the feedback entry named none.
    package let model: String
    package let version: String
    /// Answers given; those without feedback were ignored or are still open.
    package let shown: Int
    package let accepted: Int
    package let overridden: Int
    /// Overrides by reason code; empty code where none was given.
    package let reasons: [String: Int]

    /// Overridden of those with feedback, in basis points, rounded down; nil without feedback.
    package var overrideShare: Int? {
        let answered = accepted + overridden
        return answered == 0 ? nil : overridden * 10_000 / answered
    }
}

/// Accepted and overridden answers by model version and reason.
package struct OverrideFold: Sendable {
    struct Key: Hashable, Sendable {
        let model: Name
        let version: Name
    }

    struct Cell: Sendable {
        var shown = 0
        var accepted = 0
        var overridden = 0
        var reasons: [Name: Int] = [:]
    }

    private var cells: [Key: Cell] = [:]

    mutating func add(_ entry: MeteredEntry) {
        let key = Key(model: entry.model, version: entry.version)
        switch entry.kind {
        case .callSettled: cells[key, default: Cell()].shown += 1
        case .cardFeedback, .override:
            if entry.outcome == .accepted {
                cells[key, default: Cell()].accepted += 1
            } else {
                cells[key, default: Cell()].overridden += 1
                cells[key, default: Cell()].reasons[entry.reason, default: 0] += 1
            }
        default: return
        }
    }

    mutating func merge(_ later: OverrideFold, _ translation: NameTranslation) {
        for (key, cell) in later.cells {
            let key = Key(model: translation[key.model], version: translation[key.version])
            cells[key, default: Cell()].shown += cell.shown
            cells[key, default: Cell()].accepted += cell.accepted
            cells[key, default: Cell()].overridden += cell.overridden
            for (reason, count) in cell.reasons {
                cells[key, default: Cell()].reasons[translation[reason], default: 0] += count
            }
        }
    }

    /// Every cell, in no order.
    var all: [Key: Cell] { cells }
}

extension LedgerFolds {
    /// What became of the answers, by model and version.
    package var overrideRows: [OverrideRow] {
        let rows = overrides.all.map { key, cell in
            var reasons: [String: Int] = [:]
            for (reason, count) in cell.reasons { reasons[names.text(reason)] = count }
            return OverrideRow(
                model: names.text(key.model), version: names.text(key.version),
                shown: cell.shown, accepted: cell.accepted, overridden: cell.overridden,
                reasons: reasons)
        }
        return rows.sorted { ($0.model, $0.version) < ($1.model, $1.version) }
    }
}

// SPDX-License-Identifier: Apache-2.0
import Ledger

@testable import Projections

/// The projection's plain twin: every entry parsed whole, every question answered by going through
/// all of them.
struct PlainFold {
    struct Entry {
        var index: Int
        var type: String
        var actor: String
        var milliseconds: Int
        var body: CanonicalJSON

        func text(_ name: String) -> String? { body[name]?.stringValue }
        var happened: Int { body["unrecorded_at"]?.intValue ?? milliseconds }
    }

    let entries: [Entry]

    init(_ records: some Sequence<[UInt8]>) {
        entries = records.enumerated().compactMap { index, record in
            guard let json = try? CanonicalJSON(parsing: record), let body = json["body"],
                let type = json["type"]?.stringValue, let milliseconds = json["ts"]?.intValue
            else { return nil }
            return Entry(
                index: index, type: type, actor: json["actor"]?.stringValue ?? "",
                milliseconds: milliseconds, body: body)
        }
    }

    private func named(_ type: String, _ from: Int?, _ to: Int?) -> [Entry] {
        entries.filter {
            $0.type == type && $0.milliseconds >= from ?? 0 && $0.milliseconds < to ?? Int.max
        }
    }

    func whoSaw(_ subject: String, from: Int?, to: Int?) -> [AccessRow] {
        let shown = Set(
            entries.filter { $0.type == "call.settled" && $0.text("subject") == subject }
                .compactMap { $0.text("call") })
        let rows = entries.filter { entry in
            guard entry.happened >= from ?? 0, entry.happened < to ?? Int.max else { return false }
            if let named = entry.text("subject") {
                return named == subject && !["call.reserved", "call.released"].contains(entry.type)
            }
            guard ["card.feedback", "override"].contains(entry.type) else { return false }
            return entry.text("call").map(shown.contains) ?? false
        }
        return rows.sorted { ($0.happened, $0.index) < ($1.happened, $1.index) }.map { entry in
            AccessRow(
                index: entry.index, milliseconds: entry.happened, recorded: entry.milliseconds,
                type: entry.type, actor: entry.actor, model: entry.text("model"),
                version: entry.text("version"), team: entry.text("team"),
                licensee: entry.text("licensee"), use: entry.text("use"),
                intendedUse: entry.text("intended_use"), dialect: entry.text("dialect"),
                call: entry.text("call"), status: entry.body["status"]?.intValue,
                reason: entry.text("reason"), outcome: entry.text("outcome"))
        }
    }

    func spend(by group: SpendGroup, from: Int?, to: Int?) -> Set<SpendRow> {
        var rows: [[String?]: SpendRow] = [:]
        for entry in named("call.settled", from, to) {
            let name = group == .principal ? entry.actor : entry.text(group.rawValue)
            let currency = entry.text("currency") ?? ""
            rows[
                [name, currency],
                default: SpendRow(name: name, currency: currency, micros: 0, calls: 0)
            ].micros += entry.body["price_micros"]?.intValue ?? 0
            rows[[name, currency]]?.calls += 1
        }
        return Set(rows.values)
    }

    func usage(per step: Int, from: Int, to: Int, model: String?) -> [UsageBin] {
        var bins: [Int: UsageBin] = [:]
        for entry in named("call.settled", from, to) + named("call.refused", from, to)
        where model == nil || entry.text("model") == model {
            let start = entry.milliseconds / step * step
            var bin =
                bins[start]
                ?? UsageBin(start: start, answered: 0, failed: 0, refused: 0, micros: 0)
            if entry.type == "call.refused" {
                bin.refused += 1
            } else if entry.body["status"]?.intValue ?? 0 >= 500 {
                bin.failed += 1
            } else {
                bin.answered += 1
            }
            bin.micros += entry.body["price_micros"]?.intValue ?? 0
            bins[start] = bin
        }
        return bins.values.sorted { $0.start < $1.start }
    }

    func serviceLevels(from: Int?, to: Int?) -> [ServiceLevel] {
        let calls = Dictionary(grouping: named("call.settled", from, to)) {
            [$0.text("model"), $0.text("version")]
        }
        return calls.map { name, calls in
            let latencies = calls.compactMap { $0.body["micros"]?.intValue }.sorted()
            func exceededByFew(_ share: Double) -> Int? {
                latencies.first { latency in
                    Double(latencies.count { $0 <= latency }) >= share * Double(latencies.count)
                }
            }
            let failed = calls.count { $0.body["status"]?.intValue ?? 0 >= 500 }
            return ServiceLevel(
                model: name[0], version: name[1], answered: calls.count - failed, failed: failed,
                p50: exceededByFew(0.5), p95: exceededByFew(0.95), p99: exceededByFew(0.99))
        }.sorted { ($0.model ?? "", $0.version ?? "") < ($1.model ?? "", $1.version ?? "") }
    }

    func refusals(from: Int?, to: Int?) -> Set<RefusalRow> {
        let groups = Dictionary(grouping: named("call.refused", from, to)) {
            [$0.text("reason"), $0.text("model")]
        }
        return Set(groups.map { RefusalRow(reason: $0[0], model: $0[1], calls: $1.count) })
    }

    func overrides(from: Int?, to: Int?) -> Set<OverrideRow> {
        var rows: [[String?]: OverrideRow] = [:]
        func change(_ entry: Entry, _ change: (inout OverrideRow) -> Void) {
            let name = [entry.text("model"), entry.text("version")]
            var row =
                rows[name]
                ?? OverrideRow(
                    model: name[0], version: name[1], answered: 0, accepted: 0, overridden: 0,
                    reasons: [:])
            change(&row)
            rows[name] = row
        }
        for entry in named("call.settled", from, to)
        where entry.body["status"]?.intValue ?? 0 < 500 {
            change(entry) { $0.answered += 1 }
        }
        for entry in named("card.feedback", from, to) + named("override", from, to) {
            change(entry) { row in
                guard entry.text("outcome") == "overridden" else {
                    row.accepted += 1
                    return
                }
                row.overridden += 1
                if let reason = entry.text("reason") { row.reasons[reason, default: 0] += 1 }
            }
        }
        return Set(rows.values)
    }
}

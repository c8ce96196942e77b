// SPDX-License-Identifier: Apache-2.0

/// How one model, or all, have served.
package struct ServiceLevel: Sendable, Hashable {
    /// Empty for all models together.
    package let model: String
    package let settled: Int
    /// Settled with an HTTP status of 500 or above.
    package let failed: Int
    /// Granted and never answered.
    package let released: Int
    /// Calls that were refused, by machine code.
    package let refused: [String: Int]
    package let latency: LatencySketch

    /// Failed and released calls of those that were granted and have ended, in basis points,
    /// rounded down; a refusal is the rules at work, not an error.
    package var errorShare: Int {
        let ended = settled + released
        return ended == 0 ? 0 : (failed + released) * 10_000 / ended
    }

    /// All refusals.
    package var refusals: Int { refused.values.reduce(0, +) }
}

/// Calls that were answered, refused and given up, with their latencies, by model.
package struct ServiceLevelFold: Sendable {
    struct Level: Sendable {
        var settled = 0
        var failed = 0
        var released = 0
        var refused: [Name: Int] = [:]
        var latency = LatencySketch()

        mutating func merge(_ other: Level, _ translation: NameTranslation?) {
            settled += other.settled
            failed += other.failed
            released += other.released
            for (reason, count) in other.refused {
                refused[translation?[reason] ?? reason, default: 0] += count
            }
            latency.merge(other.latency)
        }
    }

    /// By model; releases name none.
    private(set) var levels: [Level] = []
    private var places: [Name: Int] = [:]

    mutating func add(_ entry: MeteredEntry) {
        switch entry.kind {
        case .callSettled:
            let place = place(of: entry.model)
            levels[place].settled += 1
            if entry.status >= 500 { levels[place].failed += 1 }
            if entry.latencyMicros >= 0 { levels[place].latency.add(entry.latencyMicros) }
        case .callRefused: levels[place(of: entry.model)].refused[entry.reason, default: 0] += 1
        case .callReleased: levels[place(of: entry.model)].released += 1
        default: return
        }
    }

    private mutating func place(of model: Name) -> Int {
        if let place = places[model] { return place }
        places[model] = levels.count
        levels.append(Level())
        return levels.count - 1
    }

    mutating func merge(_ later: ServiceLevelFold, _ translation: NameTranslation) {
        for (model, place) in later.places {
            levels[self.place(of: translation[model])].merge(later.levels[place], translation)
        }
    }

    /// Models with their levels, in no order.
    var byModel: [(Name, Level)] { places.map { ($0.key, levels[$0.value]) } }
}

extension LedgerFolds {
    /// The service of all models together.
    package var serviceLevel: ServiceLevel {
        var all = ServiceLevelFold.Level()
        for (_, level) in service.byModel { all.merge(level, nil) }
        return level(all, model: "")
    }

    /// The service of each model, by name; releases whose entry names no model are under an empty
    /// one.
    package var serviceLevels: [ServiceLevel] {
        service.byModel.map { level($0.1, model: names.text($0.0)) }
            .sorted { $0.model < $1.model }
    }

    private func level(_ level: ServiceLevelFold.Level, model: String) -> ServiceLevel {
        var refused: [String: Int] = [:]
        for (reason, count) in level.refused { refused[names.text(reason)] = count }
        return ServiceLevel(
            model: model, settled: level.settled, failed: level.failed, released: level.released,
            refused: refused, latency: level.latency)
    }
}

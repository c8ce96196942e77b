// SPDX-License-Identifier: Apache-2.0
import Foundation
import Governance
import Ledger
import Metering

/// The desk's state on disk, so that opening a site reads only the entries since.
///
/// It names the size and root of the log it was folded from; one that does not fit the log is
/// thrown away. One line of canonical JSON, then 16 bytes for each idempotency key.
struct DeskSnapshot {
    private static let version = 1

    /// Writes a state without anything in flight.
    static func write(_ state: DeskState, root: Digest32, to path: String) throws(SiteError) {
        let generations = state.idempotency.generations
        let head = CanonicalJSON.object([
            "version": .int(version), "size": .int(state.size), "root": .string(root.hex),
            "rater": state.rater.snapshot, "budgets": state.budgets.snapshot,
            "licences": state.licences.snapshot,
            "registered": .object(state.registered.mapValues { .string($0) }),
            "orphans": .object(state.orphans.mapValues { .string($0) }),
            "generations": .array(
                generations.map {
                    .object([
                        "started": .int($0.started), "last": .int($0.last), "count": .int($0.count),
                    ])
                }),
        ])
        var bytes = head.serialized()
        bytes.append(UInt8(ascii: "\n"))
        bytes.reserveCapacity(bytes.count + 16 * state.idempotency.count)
        for generation in generations {
            for pair in generation.pairs {
                append(pair.fingerprint, to: &bytes)
                append(UInt64(pair.index), to: &bytes)
            }
        }
        try Files.replace(path, with: bytes, mode: 0o600)
    }

    /// The state a file holds; nil where there is none that fits the log.
    ///
    /// - Parameter root: the log's root at a size; nil where the log is shorter.
    static func read(_ path: String, root: (Int) -> Digest32?) -> DeskState? {
        guard Files.exists(path), let bytes = try? Files.readBytes(path),
            let line = bytes.firstIndex(of: UInt8(ascii: "\n")),
            let head = try? CanonicalJSON(parsing: Array(bytes[..<line])),
            head["version"]?.intValue == version, let size = head["size"]?.intValue, size >= 0,
            let rater = head["rater"], let budgets = head["budgets"],
            root(size)?.hex == head["root"]?.stringValue
        else { return nil }
        var state = DeskState()
        guard let prices = try? Rater(snapshot: rater),
            let limits = try? BudgetBook(snapshot: budgets),
            let licences = head["licences"].flatMap(LicenceBook.init(snapshot:))
        else { return nil }
        state.rater = prices
        state.budgets = limits
        state.licences = licences
        state.size = size
        if case .object(let members)? = head["registered"] {
            state.registered = members.compactMapValues(\.stringValue)
        }
        if case .object(let members)? = head["orphans"] {
            state.orphans = members.compactMapValues(\.stringValue)
        }
        guard
            let table = keys(
                head["generations"]?.arrayValue ?? [], in: bytes[(line + 1)...], below: size)
        else { return nil }
        state.idempotency = table
        return state
    }

    private static func keys(
        _ generations: [CanonicalJSON], in bytes: ArraySlice<UInt8>, below size: Int
    ) -> IdempotencyTable? {
        var table = IdempotencyTable()
        var at = bytes.startIndex
        for generation in generations {
            guard let started = generation["started"]?.intValue,
                let last = generation["last"]?.intValue, let count = generation["count"]?.intValue,
                count >= 0, count <= (bytes.endIndex - at) / 16
            else { return nil }
            var keys = IdempotencyTable.Generation(started: started)
            keys.last = last
            for _ in 0..<count {
                let index = word(bytes, at + 8)
                guard index < UInt64(size) else { return nil }
                keys.insert(word(bytes, at), index: Int(index))
                at += 16
            }
            table.add(keys)
        }
        return at == bytes.endIndex ? table : nil
    }

    private static func append(_ word: UInt64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }

    private static func word(_ bytes: ArraySlice<UInt8>, _ offset: Int) -> UInt64 {
        bytes.withUnsafeBytes {
            UInt64(
                littleEndian: $0.loadUnaligned(
                    fromByteOffset: offset - bytes.startIndex, as: UInt64.self))
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation
import Ledger

@testable import Metering

/// A variable of the environment the tests run in.
func environment(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }

/// The repository's root.
let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// A sheet that says the least: one price for predictions.
func simpleSheet(
    id: String = "standard", version: String = "1", effective: Int = 0, price: Int = 100_000,
    freeQuota: Int = 0, split: Split = .ownerOnly
) throws -> PriceSheet {
    try PriceSheet(
        id: id, version: version, effective: effective, currency: "USD",
        items: [
            PriceItem(
                model: "*", meter: .prediction, unitPriceMicros: price, freeQuota: freeQuota)
        ], split: split)
}

extension CanonicalJSON {
    /// Canonical JSON written down in a test.
    init(_ text: String) throws {
        try self.init(parsing: Array(text.utf8))
    }
}

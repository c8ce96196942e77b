// SPDX-License-Identifier: Apache-2.0
import Ledger

/// That an entry is in the ledger: its record and the hashes that lead from it to the root.
package struct EntryProof: Sendable, Hashable {
    package let index: Int
    /// The record's bytes, which are UTF-8.
    package let record: String
    /// RFC 6962 inclusion proof, 64 hexadecimal digits each, from the leaf up.
    package let hashes: [String]

    /// Takes what the ledger gave.
    package init(index: Int, record: String, hashes: [String]) {
        self.index = index
        self.record = record
        self.hashes = hashes
    }
}

/// What a statement can be checked against: the signed size and root of the ledger it was made
/// from, and that its first and last entry are in it.
package struct StatementEvidence: Sendable, Hashable {
    package let size: Int
    /// 64 hexadecimal digits.
    package let root: String
    /// The signed checkpoint's text, as `ledger audit` reads it.
    package let checkpoint: String
    package let first: EntryProof?
    package let last: EntryProof?

    /// Takes what the ledger gave for this size.
    package init(
        size: Int, root: String, checkpoint: String, first: EntryProof? = nil,
        last: EntryProof? = nil
    ) {
        self.size = size
        self.root = root
        self.checkpoint = checkpoint
        self.first = first
        self.last = last
    }

    /// Proofs of the first and last entry; one where they are the same.
    var proofs: [EntryProof] {
        [first, last == first ? nil : last].compactMap { $0 }
    }

    /// The members every statement carries.
    var json: [String: CanonicalJSON] {
        [
            "checkpoint": .object([
                "size": .int(size), "root": .string(root), "text": .string(checkpoint),
            ]),
            "proofs": .array(
                proofs.map {
                    .object([
                        "index": .int($0.index), "record": .string($0.record),
                        "hashes": .array($0.hashes.map { .string($0) }),
                    ])
                }),
        ]
    }
}

extension BillingMismatch {
    /// The mismatch as statements show it.
    var json: CanonicalJSON {
        .object([
            "index": .int(index), "expected_micros": .int(expectedMicros),
            "found_micros": .int(foundMicros),
            "expected_sheet": expectedSheet.map { .string($0) } ?? .null,
            "found_sheet": foundSheet.map { .string($0) } ?? .null,
        ])
    }
}

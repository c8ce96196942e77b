// SPDX-License-Identifier: Apache-2.0

/// The append-only record of what happened at the site, latest first.
package struct LedgerView: Sendable, Hashable {
    /// An entry in short.
    package struct Line: Sendable, Hashable {
        package var index: Int
        /// When it was written, as the entry states it.
        package var time: String
        package var type: String
        package var actor: String
        /// Empty where no model is concerned.
        package var model: String
        /// Hexadecimal leaf hash.
        package var digest: String
        /// Price in millionths of the site's currency; nil where nothing was charged.
        package var priceMicros: Int?

        package init(
            index: Int, time: String, type: String, actor: String, model: String, digest: String,
            priceMicros: Int?
        ) {
            self.index = index
            self.time = time
            self.type = type
            self.actor = actor
            self.model = model
            self.digest = digest
            self.priceMicros = priceMicros
        }
    }

    /// What came of recomputing the whole tree.
    package struct Verification: Sendable, Hashable {
        package enum Verdict: Sendable, Hashable {
            case sound
            /// The first entry that does not fit (nil where the fault is elsewhere), and what is
            /// wrong, as a sentence.
            case broken(at: Int?, problem: String)
        }

        package var verdict: Verdict
        package var size: Int
        package var root: String
        package var seconds: Double

        package init(verdict: Verdict, size: Int, root: String, seconds: Double) {
            self.verdict = verdict
            self.size = size
            self.root = root
            self.seconds = seconds
        }
    }

    package var origin: String
    package var size: Int
    package var root: String
    /// The signed checkpoint as text; empty before the first.
    package var checkpoint: String
    /// Latest first.
    package var lines: [Line]
    /// Name of the currency of the prices.
    package var currency: String
    /// Nil until the button is pressed.
    package var verification: Verification?

    package init(
        origin: String, size: Int, root: String, checkpoint: String, lines: [Line],
        currency: String = "USD", verification: Verification? = nil
    ) {
        self.origin = origin
        self.size = size
        self.root = root
        self.checkpoint = checkpoint
        self.lines = lines
        self.currency = currency
        self.verification = verification
    }
}

/// One entry in full, and the proof that it is in the tree.
package struct LedgerEntryView: Sendable, Hashable {
    package var index: Int
    /// Size and root of the tree the proof is for.
    package var size: Int
    package var root: String
    package var type: String
    /// The canonical JSON of the entry, as hashed.
    package var record: String
    package var leafHash: String
    /// Hexadecimal hashes from the leaf's sibling upwards.
    package var proof: [String]

    package init(
        index: Int, size: Int, root: String, type: String, record: String, leafHash: String,
        proof: [String]
    ) {
        self.index = index
        self.size = size
        self.root = root
        self.type = type
        self.record = record
        self.leafHash = leafHash
        self.proof = proof
    }
}

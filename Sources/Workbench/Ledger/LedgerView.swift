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

    /// Which entries are asked for; each part empty where it does not matter.
    package struct Filter: Sendable, Hashable {
        package var type: String
        package var actor: String
        package var model: String
        /// Moments in UTC as `2026-11-28T14:05`; the first is included, the last is not.
        package var from: String
        package var until: String

        package init(
            type: String = "", actor: String = "", model: String = "", from: String = "",
            until: String = ""
        ) {
            self.type = type
            self.actor = actor
            self.model = model
            self.from = from
            self.until = until
        }

        /// Nothing is asked for in particular.
        package var isEmpty: Bool { self == Filter() }
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
    package var filter = Filter()
    /// Names the filter offers.
    package var types: [String] = []
    /// Where the next page begins: entries before this index; nil where there are none.
    package var older: Int?
    /// The lines shown do not begin at the newest entry.
    package var isTurned = false
    /// How many entries were looked through to find the lines; nil without a filter.
    package var searched: Int?
    /// Why the filter can't be applied, as a sentence.
    package var needed: String?
    /// The key that checkpoints are signed with, as `name+hash+key`.
    package var publicKey = ""

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
    /// The key that checkpoints are signed with, as `name+hash+key`.
    package var publicKey = ""

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

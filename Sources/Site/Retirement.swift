// SPDX-License-Identifier: Apache-2.0
import Ledger

/// Deletes the bytes of old entries by policy; their hashes stay in the tree.
package enum Retirement {
    private static let month = 30 * 86_400_000

    /// - Parameter isDryRun: only say what would go.
    /// - Returns: the ranges of entries, without their ends.
    package static func run(_ site: SiteDirectory, keepMonths: Int, isDryRun: Bool)
        throws(SiteError) -> [Range<Int>]
    {
        let recorder = Recorder(site)
        let log = try recorder.openLog()
        defer { recorder.close(log) }
        return try stage {
            let policy = RetirementPolicy(
                name: "keep \(keepMonths) months", olderThanMilliseconds: keepMonths * month,
                keepBytes: nil)
            let ranges = try log.retirable(policy, now: Entry.now)
            guard !isDryRun else { return ranges.map { $0.first..<$0.end } }
            // On record before anything goes, so that a crash between leaves a claim, not a gap.
            _ = try log.appendAndWait(
                ranges.map { range in
                    Entry(
                        .segmentRetired, actor: "ledger",
                        body: [
                            "first": .int(range.first), "last": .int(range.end - 1),
                            "root": .string(range.root.hex), "policy": .string(range.policy),
                        ]
                    ).record
                })
            try log.retire(ranges)
            return ranges.map { $0.first..<$0.end }
        }
    }
}

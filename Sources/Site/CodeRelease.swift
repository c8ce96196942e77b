// SPDX-License-Identifier: Apache-2.0
package import Records
package import Timelines

/// Counts per code as they may be shown outside the site.
package enum CodeRelease {
    /// A code with its counts; nil where they are hidden.
    package struct Row: Sendable, Hashable {
        package let entry: CodeEntry
        package let subjects: Int?
        package let events: Int?
    }

    /// All codes: shown ones by falling number of subjects, then hidden ones by code alone.
    ///
    /// A count is hidden where 1 to `smallCell` - 1 subjects have the code, and where that few do
    /// not have it. Hidden rows are in the order of their codes, so that the order tells nothing.
    package static func rows(_ store: TimelineStore, smallCell: Int) -> [Row] {
        let hidden = 1..<smallCell
        var shown: [Row] = []
        var withheld: [Row] = []
        for count in store.codeCounts() {
            if hidden.contains(count.subjects)
                || hidden.contains(store.subjectCount - count.subjects)
            {
                withheld.append(Row(entry: count.entry, subjects: nil, events: nil))
            } else {
                shown.append(
                    Row(entry: count.entry, subjects: count.subjects, events: count.events))
            }
        }
        shown.sort {
            ($1.subjects ?? 0, $0.entry.code) < ($0.subjects ?? 0, $1.entry.code)
        }
        withheld.sort { $0.entry.code < $1.entry.code }
        return shown + withheld
    }
}

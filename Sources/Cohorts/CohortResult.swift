// SPDX-License-Identifier: Apache-2.0

/// Who is in a cohort and how the rules led there; exact inside the site, controlled once released.
package struct CohortResult: Hashable, Sendable {
    package var persons: SmallCount
    /// The index event first, then the rules in the order written.
    package var attrition: [AttritionRow]
    /// Never leaves the site; empty in a released result.
    package var members: [CohortMember]
    /// What the person who asked should know, such as codes the site does not have.
    package var warnings: [String]
}

/// What one step did to the cohort.
package struct AttritionRow: Hashable, Sendable {
    /// Name of the rule; "index event" for the first row.
    package var rule: String
    /// Of those before this step (all subjects of the site for the first row), how many it removed.
    package var removed: SmallCount
    package var remaining: SmallCount
}

/// A subject in a cohort, and when their index event started.
package struct CohortMember: Hashable, Sendable {
    /// Position in the subject directory.
    package var subject: Int
    /// Minutes since the subject's anchor.
    package var indexStart: Int32

    package init(subject: Int, indexStart: Int32) {
        self.subject = subject
        self.indexStart = indexStart
    }
}

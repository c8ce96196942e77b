// SPDX-License-Identifier: Apache-2.0

/// The rules under which identified records become a release.
///
/// One case a profile that this version can produce: a value of this type is a profile that works.
package enum ReleaseProfile: String, Codable, Sendable, CaseIterable {
    /// Safe Harbor's removals, with day offsets from one anchor year in place of dates.
    case safeHarborIntervals = "safe-harbor+intervals"
    /// Direct identifiers removed, true dates and ages kept, for use under an agreement.
    case limitedDataSet = "limited-data-set"

    /// Profiles the platform has names for and this version refuses.
    package static let namesNotAvailable = ["safe-harbor", "expert"]

    /// Whether a release under the profile states calendar dates.
    package var keepsTrueDates: Bool { self == .limitedDataSet }

    /// The profile of a configuration's text.
    ///
    /// - Throws: `.profileNotAvailable` for a name this version does not serve yet,
    ///   `.unknownProfile` for any other text.
    package init(named name: String) throws(DeidentificationError) {
        if let profile = ReleaseProfile(rawValue: name) {
            self = profile
        } else if ReleaseProfile.namesNotAvailable.contains(name) {
            throw .profileNotAvailable(name: name)
        } else {
            throw .unknownProfile(name: name)
        }
    }
}

/// What is printed on a release: always what its profile earns, never what somebody wishes.
///
/// There is no way to make a label but from a profile and its signer, and no profile with day
/// offsets gets the rule's own name: Safe Harbor in the strict sense leaves a year and no more.
package struct ReleaseLabel: Hashable, Sendable, CustomStringConvertible {
    /// The profile's label without the signature.
    package let title: String
    /// The officer who answers for the local policy; nil until one has signed.
    package let signer: String?

    init(profile: ReleaseProfile, signer: String?) {
        title =
            switch profile {
            case .safeHarborIntervals: "Safe Harbor, intervals per local policy"
            case .limitedDataSet: "Limited data set, for use under a data use agreement"
            }
        self.signer = ReleaseLabel.printable(signer)
    }

    /// `Safe Harbor, intervals per local policy (signed by NAME)`, or `(NOT SIGNED)`.
    package var description: String {
        signer.map { "\(title) (signed by \($0))" } ?? "\(title) (NOT SIGNED)"
    }

    /// The name on one line; nil where nothing is left, so that blanks are no signature.
    private static func printable(_ signer: String?) -> String? {
        let words = (signer ?? "")
            .split { $0.isWhitespace || $0.isNewline || !$0.isPrintable }
        return words.isEmpty ? nil : words.joined(separator: " ")
    }
}

extension Character {
    /// False for control and format characters, which could disguise what is printed.
    fileprivate var isPrintable: Bool {
        unicodeScalars.allSatisfy {
            switch $0.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned:
                false
            default: true
            }
        }
    }
}

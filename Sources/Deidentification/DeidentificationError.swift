// SPDX-License-Identifier: Apache-2.0

/// Why a release was refused; payloads are names of profiles, never anything about a patient.
package enum DeidentificationError: Error, Equatable, Sendable {
    /// A profile that the platform names but this version cannot produce.
    case profileNotAvailable(name: String)
    /// A name that is no release profile.
    case unknownProfile(name: String)

    /// One sentence for the person who can act on it.
    package var sentence: String {
        switch self {
        case .profileNotAvailable(let name):
            "the release profile \"\(name)\" is not available in this version; expected "
                + "\"\(ReleaseProfile.safeHarborIntervals.rawValue)\"."
        case .unknownProfile(let name):
            "\"\(name)\" is not a release profile; expected "
                + "\"\(ReleaseProfile.safeHarborIntervals.rawValue)\"."
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Why the vault refused.
///
/// Payloads are paths, names of sealed blobs and expectations, never key bytes and never anything
/// about a patient; a name that the vault did not accept is not repeated, it could be one.
package enum VaultError: Error, Equatable, Sendable {
    /// There is no key file where one was expected.
    case keyFileMissing(file: String)
    /// The file is not a key file of this vault's format.
    case keyFileMalformed(file: String)
    /// Group or others may use the key file; `mode` in octal.
    case keyFileOpenToOthers(file: String, mode: String)
    /// The key would lie beside what it protects.
    case keyFileInsideSite(file: String, site: String)
    /// The directory has no key check, so nothing was ever sealed in it.
    case notAVault(directory: String)
    /// The directory holds sealed blobs but its key check is gone.
    case keyCheckMissing(directory: String)
    /// The key is valid but belongs to another vault, or the key check was altered.
    case wrongKey(directory: String)
    /// A blob's name is not made of the characters allowed.
    case nameNotAllowed
    /// The vault keeps this name for itself.
    case nameReserved(name: String)
    /// Nothing is sealed under this name.
    case notFound(name: String)
    /// The blob was altered, cut, spliced or swapped with another, or another key sealed it.
    case damaged(name: String)
    /// The file or directory cannot be read.
    case unreadable(file: String, reason: String)
    /// The file or directory cannot be written; what was there before is as it was.
    case unwritable(file: String, reason: String)
    /// The crosswalk's bytes are not a crosswalk; `position` is the byte where reading stopped.
    case crosswalkDamaged(position: Int)
    /// A crosswalk has the ids of one release only.
    case crosswalkOfAnotherRelease(expected: String, found: String)
    /// Two numbers gave the same subject id.
    case subjectIDsCollide(number: UInt64)

    /// One sentence for the person who can act on it.
    package var sentence: String {
        switch self {
        case .keyFileMissing(let file):
            "\(file): there is no vault key here; expected the key file this vault was made with."
        case .keyFileMalformed(let file):
            "\(file): is not a vault key; expected the line \"\(VaultKey.heading)\" and one line "
                + "with 32 bytes in base64."
        case .keyFileOpenToOthers(let file, let mode):
            "\(file): the vault key may be used by others (mode \(mode)); expected mode 600, so run "
                + "chmod 600 on it and find out who could read it."
        case .keyFileInsideSite(let file, let site):
            "\(file): the vault key would lie inside \(site), beside what it protects; expected a "
                + "place outside, so that a copy of the site is not a copy of the key."
        case .notAVault(let directory):
            "\(directory): is not a vault; expected a directory with a file named keycheck."
        case .keyCheckMissing(let directory):
            "\(directory): holds sealed files but no keycheck; expected the one it was made with, "
                + "so restore it from a backup."
        case .wrongKey(let directory):
            "\(directory): this key does not open this vault; expected the key file it was made "
                + "with."
        case .nameNotAllowed:
            "a name in the vault was refused; expected letters, digits, - _ . and / between parts, "
                + "no part starting with a dot, at most 200 characters a part and 1000 in all."
        case .nameReserved(let name):
            "\(name): the vault keeps this name for itself; expected another name."
        case .notFound(let name):
            "\(name): nothing is sealed in the vault under this name."
        case .damaged(let name):
            "\(name): the sealed file was altered, cut or exchanged; expected it as it was sealed, "
                + "so restore it from a backup."
        case .unreadable(let file, let reason):
            "\(file): cannot be read (\(reason)); expected it to be readable by this user."
        case .unwritable(let file, let reason):
            "\(file): cannot be written (\(reason)); expected a writable directory with free space."
        case .crosswalkDamaged(let position):
            "the crosswalk cannot be read beyond byte \(position); expected the bytes this version "
                + "wrote, so restore it from a backup."
        case .crosswalkOfAnotherRelease(let expected, let found):
            "the crosswalk has the subject ids of release \(found); expected release \(expected)."
        case .subjectIDsCollide(let number):
            "the subject id number \(number) is already taken; expected every subject to have its "
                + "own."
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// The name of a sealed blob, which is also its path below the vault's directory.
///
/// Names stand on the disk in clear, so callers name blobs by digest or by purpose, never by
/// anything about a patient.
struct BlobName: Hashable, Sendable {
    let text: String

    /// Accepts ASCII letters, digits, `-`, `_`, `.` in parts separated by single slashes.
    ///
    /// A part may not start with a dot: that keeps `..` out and leaves dot files to the vault's
    /// unfinished writes.
    init(_ text: String) throws(VaultError) {
        let bytes = text.utf8
        let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isAllowed =
            bytes.count <= 1000
            && parts.allSatisfy { part in
                (1...200).contains(part.count) && part.first != UInt8(ascii: ".")
                    && part.allSatisfy(BlobName.isAllowed)
            }
        guard isAllowed else { throw .nameNotAllowed }
        self.text = text
    }

    private init(unchecked text: String) {
        self.text = text
    }

    /// The blob that tells a wrong key at once.
    static let keyCheck = BlobName(unchecked: "keycheck")

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }
}

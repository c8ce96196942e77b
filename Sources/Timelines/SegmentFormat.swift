// SPDX-License-Identifier: Apache-2.0

#if _endian(big)
    #error("segments are mapped as they lie on disk, which is little-endian")
#endif

/// The segment file, format 1.
///
/// All numbers are little-endian, and every block starts on 8 bytes.
///
///     header   magic (8), format (4), zero (4)
///     blocks   one column each, padded with zeros to 8 bytes; no gaps
///     footer   counts of subjects, events, codes and units, number of blocks (8 each);
///              a directory entry of 40 bytes for each block, in the order of the file
///     tail     footer offset (8), file length (8), footer CRC-32C (4), format (4), magic (8)
///
/// Events lie column by column per code across all subjects (posting lists), sorted by subject and
/// start. What a subject's timeline needs is a second permutation in plain arrays. There is no
/// object per subject anywhere in the file, on purpose.
enum SegmentFormat {
    static let version: UInt32 = 1
    static let openingMagic: [UInt8] = Array("BEDSIDET".utf8)
    static let closingMagic: [UInt8] = Array("TEDISDEB".utf8)
    static let headerLength = 16
    static let footerHeadLength = 40
    static let entryLength = 40
    static let tailLength = 32
    /// Stands for "no code", "no unit", "no end" in columns of 32 bits.
    static let none: UInt32 = .max
    /// Rows are named by 32 bits, and `none` names no row.
    static let rowLimit = Int(UInt32.max) - 1
    /// Stands for "age unknown".
    static let noAge = Int32.min
}

/// What a block holds.
///
/// Raw values are written to disk; never renumber.
enum ColumnKind: UInt16, CaseIterable {
    /// Strings sorted by their UTF-8 bytes: where each ends, and the bytes.
    case stringEnds = 1
    case stringBytes = 2
    /// The code table, sorted by code: indices into the strings, and subjects with the code.
    case codeSystem = 10
    case codeValue = 11
    case codeDisplay = 12
    case codeSubjects = 13
    /// The units, sorted by their UTF-8 bytes: indices into the strings.
    case unitText = 20
    /// The subject directory, sorted by id.
    case subjectHigh = 30
    case subjectLow = 31
    case subjectSex = 32
    case subjectYear = 33
    case subjectAge = 34
    case subjectAged = 35
    case subjectState = 36
    case subjectZIP3 = 37
    case subjectRace = 38
    case subjectEthnicity = 39
    /// The second permutation: where each subject's entries end, and for each entry, in order of
    /// start, which code and which row of that code's postings.
    case timelineEnds = 50
    case timelineCode = 51
    case timelineRow = 52
    /// One code's postings. All but the first two are left out where the code never uses them.
    case postingSubject = 60
    case postingStart = 61
    case postingDuration = 62
    case postingKind = 63
    case postingNumber = 64
    case postingValueCode = 65
    case postingUnit = 66
    case postingSource = 67

    /// Bytes of one element under `ColumnEncoding.plain`.
    var width: Int {
        switch self {
        case .stringBytes, .subjectSex, .subjectAged, .postingKind: 1
        case .stringEnds, .subjectHigh, .subjectLow, .timelineEnds, .postingNumber,
            .postingSource:
            8
        default: 4
        }
    }

    var isPosting: Bool { rawValue >= ColumnKind.postingSubject.rawValue }
}

/// How a block's elements are laid out.
///
/// Raw values are written to disk; never renumber. A packed layout gets the next number.
enum ColumnEncoding: UInt16 {
    /// Fixed width, one after the other.
    case plain = 0
}

/// One entry of the footer's directory.
struct BlockEntry: Equatable {
    /// See `ColumnKind`.
    var kind: UInt16
    /// See `ColumnEncoding`.
    var encoding: UInt16
    /// The code a posting column belongs to; `SegmentFormat.none` for tables.
    var code: UInt32
    /// Elements, not bytes.
    var count: UInt64
    var offset: UInt64
    /// Bytes, padding included.
    var length: UInt64
    /// CRC-32C of the block, padding included.
    var checksum: UInt32
    var reserved: UInt32
}

// SPDX-License-Identifier: Apache-2.0
import Records

#if _endian(big)
    #error("segments are mapped as they lie on disk, which is little-endian")
#endif

/// The segment file, format 2.
///
/// All numbers are little-endian, and every section starts on 8 bytes.
///
///     header    magic (8), format (4), zero (4)
///     sections  one column each (timelines: three side by side), padded with zeros to 8 bytes; no
///               gaps. First the postings by code and kind, then everything else.
///     footer    counts of subjects, events, codes, units and texts, number of sections (8 each);
///               a directory entry of 40 bytes for each section, in the order of the file
///     tail      footer offset (8), file length (8), content digest (16), footer CRC-32C (4),
///               format (4), magic (8)
///
/// Events lie column by column per code across all subjects (posting lists), sorted by subject and
/// start, packed in blocks of 1,024 rows: see `PackedHeader`. What a subject's timeline needs is a
/// second permutation over plain offsets. There is no object per subject anywhere in the file, on
/// purpose.
enum SegmentFormat {
    static let version: UInt32 = 2
    static let openingMagic: [UInt8] = Array("BEDSIDET".utf8)
    static let closingMagic: [UInt8] = Array("TEDISDEB".utf8)
    static let headerLength = 16
    static let footerHeadLength = 48
    static let entryLength = 40
    static let tailLength = 48
    /// Stands for "no code" in the directory and "no string" in tables.
    static let none: UInt32 = .max
    /// Rows are named by 32 bits, and `none` names no row.
    static let rowLimit = Int(UInt32.max) - 1
    /// Stands for "unknown" in the subject directory's ages, days and years.
    static let unknown = Int32.min
    /// Added to an attribute's raw value to name its section.
    static let firstAttribute: UInt16 = 256
    /// Columns of the timelines: code, start, row of the code's postings.
    static let timelineLanes = 3
}

/// What a section holds; attributes are named by `SegmentFormat.firstAttribute`.
///
/// Raw values are written to disk; never renumber.
enum ColumnKind: UInt16, CaseIterable {
    /// Strings sorted by their UTF-8 bytes: where each ends, and the bytes.
    case stringEnds = 1
    case stringBytes = 2
    /// Texts of attributes, the same way.
    case textEnds = 3
    case textBytes = 4
    /// The code table, sorted by code: indices into the strings, subjects with the code, OMOP
    /// concepts (left out where all are 0).
    case codeSystem = 10
    case codeValue = 11
    case codeDisplay = 12
    case codeSubjects = 13
    case codeConcept = 14
    /// The units, sorted by their UTF-8 bytes: indices into the strings.
    case unitText = 20
    /// The subject directory, sorted by id. Those from `subjectAnchorDay` on are left out where no
    /// subject has any.
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
    case subjectAnchorDay = 40
    case subjectBirthDay = 41
    case subjectBirthYear = 42
    case subjectGenderConcept = 43
    case subjectRaceConcept = 44
    case subjectEthnicityConcept = 45
    /// The second permutation: where each subject's entries end, and for each entry, in order of
    /// start, which code, start and row of that code's postings.
    case timelineEnds = 50
    case timelineEntries = 51
    /// One code's postings. All but the first two are left out where the code never uses them.
    case postingSubject = 60
    case postingStart = 61
    case postingDuration = 62
    case postingKind = 63
    case postingNumber = 64
    case postingValueCode = 65
    case postingUnit = 66
    case postingSource = 67

    /// Bytes of one element under `ColumnEncoding.plain`; nil for packed sections.
    var width: Int? {
        switch self {
        case .timelineEntries: nil
        case _ where isPosting: nil
        case .stringBytes, .textBytes, .subjectSex, .subjectAged: 1
        case .stringEnds, .textEnds, .subjectHigh, .subjectLow, .timelineEnds: 8
        default: 4
        }
    }

    var isPosting: Bool { rawValue >= ColumnKind.postingSubject.rawValue }

    /// Words for a person who reads that this section is damaged.
    static func title(_ kind: UInt16) -> String {
        if let kind = ColumnKind(rawValue: kind) { return "\(kind)" }
        if kind > SegmentFormat.firstAttribute,
            let attribute = EventAttribute(
                rawValue: UInt8(truncatingIfNeeded: kind - SegmentFormat.firstAttribute))
        {
            return "attribute \(attribute)"
        }
        return "kind \(kind)"
    }
}

/// How a section's elements are laid out.
///
/// Raw values are written to disk; never renumber.
enum ColumnEncoding: UInt16 {
    /// Fixed width, one after the other.
    case plain = 0
    /// Blocks of 1,024 rows, then a header for each.
    case packed = 1
    /// One header for all rows, which are the same.
    case constant = 2
}

/// One entry of the footer's directory.
struct SectionEntry: Equatable {
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
    /// CRC-32C of the section, padding included.
    var checksum: UInt32
    var reserved: UInt32

    /// The attribute a posting column holds.
    var attribute: EventAttribute? {
        guard kind > SegmentFormat.firstAttribute else { return nil }
        return UInt8(exactly: kind - SegmentFormat.firstAttribute).flatMap(
            EventAttribute.init(rawValue:))
    }

    var isPosting: Bool { kind >= ColumnKind.postingSubject.rawValue }
}

// SPDX-License-Identifier: Apache-2.0

/// The file of a site's concepts, format 1.
///
/// All numbers are little-endian, and every block starts on 8 bytes.
///
///     header   magic (8), format (4), zero (4)
///     blocks   one column of each kind, in the order of `ConceptColumn`, padded with zeros
///     footer   a directory entry of 32 bytes for each block
///     tail     footer offset (8), file length (8), footer CRC-32C (4), format (4), magic (8)
///
/// Concepts are named by their ids in links and by their positions (in order of ids) elsewhere.
enum ConceptFormat {
    static let version: UInt32 = 1
    /// `BEDSIDEC` and `CEDISDEB`.
    static let openingMagic: UInt64 = 0x4345_4449_5344_4542
    static let closingMagic: UInt64 = 0x4245_4453_4944_4543
    static let headerLength = 16
    static let entryLength = 32
    static let tailLength = 32
    static var footerLength: Int { ConceptColumn.allCases.count * entryLength }
    /// Labels (vocabularies, domains, classes) are named by 16 bits.
    static let labelLimit = Int(UInt16.max)
    /// Names and codes are pools whose ends are 32 bits.
    static let poolLimit = Int(UInt32.max)
}

/// What a block holds.
///
/// Raw values are written to disk; never renumber.
enum ConceptColumn: UInt32, CaseIterable {
    /// Concept ids, strictly ascending; whatever follows by position is in this order.
    case id = 1
    case nameEnds = 2
    case nameBytes = 3
    case codeEnds = 4
    case codeBytes = 5
    /// Indices into the labels.
    case domain = 6
    case vocabulary = 7
    case conceptClass = 8
    case standard = 9
    case invalidReason = 10
    /// Strings many concepts share, sorted by their UTF-8 bytes.
    case labelEnds = 11
    case labelBytes = 12
    /// Positions sorted by vocabulary, code, id.
    case codeOrder = 13
    /// Ancestors ascending; where the descendants of each end; descendants ascending in each.
    case ancestor = 20
    case descendantEnds = 21
    case descendant = 22
    /// Standard concepts ascending; where the concepts that map to each end; those.
    case standardConcept = 30
    case sourceEnds = 31
    case source = 32
    /// Words of names in lower case, sorted by bytes; where the positions of each end; those.
    case wordEnds = 40
    case wordBytes = 41
    case wordConceptEnds = 42
    case wordConcept = 43

    /// Bytes of one element.
    var width: Int {
        switch self {
        case .nameBytes, .codeBytes, .labelBytes, .wordBytes: 1
        case .domain, .vocabulary, .conceptClass, .standard, .invalidReason: 2
        case .descendantEnds, .sourceEnds, .wordConceptEnds: 8
        default: 4
        }
    }

    /// Words for a person who reads that this block is damaged.
    var title: String {
        switch self {
        case .id: "concept ids"
        case .nameEnds, .nameBytes: "names"
        case .codeEnds, .codeBytes: "codes"
        case .domain: "domains"
        case .vocabulary: "vocabularies"
        case .conceptClass: "classes"
        case .standard: "standard marks"
        case .invalidReason: "invalid reasons"
        case .labelEnds, .labelBytes: "labels"
        case .codeOrder: "order of codes"
        case .ancestor, .descendantEnds, .descendant: "descendants"
        case .standardConcept, .sourceEnds, .source: "mappings"
        case .wordEnds, .wordBytes, .wordConceptEnds, .wordConcept: "words"
        }
    }
}

/// One entry of the directory.
struct ConceptBlock: Equatable {
    var column: ConceptColumn
    /// CRC-32C of the block, padding included.
    var checksum: UInt32
    /// Elements, not bytes.
    var count: UInt64
    var offset: UInt64
    /// Bytes, padding included.
    var length: UInt64
}

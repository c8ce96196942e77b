// SPDX-License-Identifier: Apache-2.0

/// The directory of a file of concepts, checked before anything in it is used.
struct ConceptFile {
    let path: String
    let file: MappedFile
    /// One for each kind, in the order of `ConceptColumn`.
    let blocks: [ConceptBlock]
    /// 32 hexadecimal digits from the checksums and lengths of all blocks.
    let contentDigest: String

    init(_ path: String) throws(ConceptError) {
        self.path = path
        file = try ConceptFile.mapped(path)
        let footer = try ConceptFile.footer(of: file, path: path)
        let (first, bytes) = (footer.offset, footer.bytes)
        contentDigest = bytes.withBytes { FNV128.hex($0) }
        var blocks: [ConceptBlock] = []
        var expected = UInt64(ConceptFormat.headerLength)
        for (index, column) in ConceptColumn.allCases.enumerated() {
            let entry = first + index * ConceptFormat.entryLength
            guard file.number(at: entry, as: UInt32.self) == column.rawValue,
                let checksum: UInt32 = file.number(at: entry + 4),
                let count: UInt64 = file.number(at: entry + 8),
                let offset: UInt64 = file.number(at: entry + 16),
                let length: UInt64 = file.number(at: entry + 24)
            else {
                throw .damaged(file: path, problem: "the directory lacks the \(column.title)")
            }
            let (size, overflow) = count.multipliedReportingOverflow(by: UInt64(column.width))
            guard !overflow, size <= UInt64(first), offset == expected,
                length == (size + 7) & ~7, length <= UInt64(first) - expected
            else {
                throw .damaged(
                    file: path,
                    problem: "the block of \(column.title) does not lie where its neighbours end")
            }
            blocks.append(
                ConceptBlock(
                    column: column, checksum: checksum, count: count, offset: offset,
                    length: length))
            expected += length
        }
        guard expected == UInt64(first) else {
            throw .damaged(file: path, problem: "the blocks do not reach to the directory")
        }
        self.blocks = blocks
    }

    private static func mapped(_ path: String) throws(ConceptError) -> MappedFile {
        do throws(TimelineError) {
            return try MappedFile(path)
        } catch {
            switch error {
            case .unreadable(let file, let reason): throw .unreadable(file: file, reason: reason)
            default: throw .notConcepts(file: path)
            }
        }
    }

    /// Where the directory lies, and that it is whole.
    private static func footer(of file: MappedFile, path: String) throws(ConceptError)
        -> (offset: Int, bytes: Column<UInt8>)
    {
        guard file.number(at: 0, as: UInt64.self) == ConceptFormat.openingMagic else {
            throw .notConcepts(file: path)
        }
        guard let version: UInt32 = file.number(at: 8), let zero: UInt32 = file.number(at: 12)
        else { throw .damaged(file: path, problem: "the header is cut short") }
        guard version == ConceptFormat.version else {
            throw .unsupportedVersion(file: path, found: version)
        }
        guard zero == 0 else { throw .damaged(file: path, problem: "the header is altered") }
        let tail = file.count - ConceptFormat.tailLength
        let offset = tail - ConceptFormat.footerLength
        guard offset >= ConceptFormat.headerLength,
            file.number(at: tail, as: UInt64.self) == UInt64(offset),
            file.number(at: tail + 8, as: UInt64.self) == UInt64(file.count),
            file.number(at: tail + 20, as: UInt32.self) == version,
            file.number(at: tail + 24, as: UInt64.self) == ConceptFormat.closingMagic,
            let bytes = file.bytes(offset, ConceptFormat.footerLength)
        else { throw .damaged(file: path, problem: "the end of the file is missing or altered") }
        guard
            file.number(at: tail + 16, as: UInt32.self)
                == bytes.withBytes({ CRC32C.checksum($0) })
        else { throw .damaged(file: path, problem: "the directory does not match its checksum") }
        return (offset, bytes)
    }

    func column<Element>(_ column: ConceptColumn) throws(ConceptError) -> Column<Element> {
        let block = blocks[ConceptColumn.allCases.firstIndex(of: column) ?? 0]
        guard let count = Int(exactly: block.count), let offset = Int(exactly: block.offset),
            let column: Column<Element> = file.column(at: offset, count: count)
        else { throw damaged("the block of \(column.title) leaves the file") }
        return column
    }

    /// Refuses a block that does not match its checksum.
    func check(_ block: ConceptBlock) throws(ConceptError) {
        guard let bytes = file.bytes(Int(block.offset), Int(block.length)),
            bytes.withBytes({ CRC32C.checksum($0) }) == block.checksum
        else {
            throw damaged(
                "the block of \(block.column.title) at byte \(block.offset) does not match its "
                    + "checksum")
        }
    }

    func damaged(_ problem: String) -> ConceptError { .damaged(file: path, problem: problem) }
}

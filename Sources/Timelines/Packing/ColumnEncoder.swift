// SPDX-License-Identifier: Apache-2.0

/// Packs a column that comes piece by piece; how it is cut into pieces does not show.
struct ColumnEncoder {
    let content: ColumnContent
    /// Rows so far.
    private(set) var count = 0
    private var pending: [Int64] = []
    private var bytes: [UInt8] = []
    private var headers: [PackedHeader] = []

    init(_ content: ColumnContent) {
        self.content = content
        pending.reserveCapacity(PackedColumn.blockRows)
    }

    mutating func append(_ value: Int64) {
        pending.append(value)
        count += 1
        if pending.count == PackedColumn.blockRows { encode() }
    }

    mutating func append(_ values: some Sequence<Int64>) {
        for value in values { append(value) }
    }

    mutating func append(repeating value: Int64, count rows: Int) {
        var left = rows
        while left > 0 {
            let next = min(left, PackedColumn.blockRows - pending.count)
            pending.append(contentsOf: repeatElement(value, count: next))
            count += next
            left -= next
            if pending.count == PackedColumn.blockRows { encode() }
        }
    }

    private mutating func encode() {
        let offset = UInt32(bytes.count / 8)
        var header = BlockEncoder.append(pending, content, to: &bytes)
        header.offset = header.width == 0 ? 0 : offset
        headers.append(header)
        pending.removeAll(keepingCapacity: true)
    }

    /// The column as it lies in the file: blocks, then headers; one header if all rows are the same.
    mutating func finish() -> (encoding: ColumnEncoding, bytes: [UInt8]) {
        if !pending.isEmpty { encode() }
        var isConstant = headers.count > 0
        for header in headers where header != headers.first || header.width > 0 {
            isConstant = false
        }
        if isConstant { headers.removeLast(headers.count - 1) }
        for header in headers { header.append(to: &bytes) }
        headers = []
        defer { bytes = [] }
        return (isConstant ? .constant : .packed, bytes)
    }
}

/// Packs columns of one length side by side: the blocks of the same rows lie together, so that a few
/// rows of all columns are in one place of the file.
struct TableEncoder {
    private let contents: [ColumnContent]
    private(set) var count = 0
    private var pending: [[Int64]]
    private var headers: [PackedHeader] = []
    /// Words of 8 bytes so far, those taken away included.
    private var words = 0
    /// Blocks that are complete; the caller takes them away now and then.
    private(set) var bytes: [UInt8] = []

    init(_ contents: [ColumnContent]) {
        self.contents = contents
        pending = contents.map { _ in [] }
    }

    /// Appends rows of three columns of one length.
    mutating func append(_ first: [UInt32], _ second: [Int32], _ third: [UInt32]) {
        var row = 0
        while row < first.count {
            let end = min(first.count, row + PackedColumn.blockRows - pending[0].count)
            pending[0].append(contentsOf: first[row..<end].lazy.map { Int64($0) })
            pending[1].append(contentsOf: second[row..<end].lazy.map { Int64($0) })
            pending[2].append(contentsOf: third[row..<end].lazy.map { Int64($0) })
            count += end - row
            row = end
            if pending[0].count == PackedColumn.blockRows { encode() }
        }
    }

    private mutating func encode() {
        for (column, content) in contents.enumerated() {
            let before = bytes.count
            var header = BlockEncoder.append(pending[column], content, to: &bytes)
            header.offset = header.width == 0 ? 0 : UInt32(words)
            words += (bytes.count - before) / 8
            headers.append(header)
            pending[column].removeAll(keepingCapacity: true)
        }
    }

    /// The complete blocks since the last time.
    mutating func take() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    /// The rest of the blocks, and the headers of all.
    mutating func finish() -> [UInt8] {
        if !(pending.first?.isEmpty ?? true) { encode() }
        for header in headers { header.append(to: &bytes) }
        headers = []
        return take()
    }
}

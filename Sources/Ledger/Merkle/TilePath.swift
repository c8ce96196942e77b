// SPDX-License-Identifier: Apache-2.0

/// Which full tile of hashes is meant: the level and the number in it.
struct TileID: Hashable, Sendable {
    /// Tiles of level 0 hold leaf hashes; a hash of a higher one covers a full tile below it.
    var level: Int
    var index: Int
}

/// The path of a tile or an entry bundle, as C2SP `tlog-tiles` spells it.
///
/// `tile/<L>/<N>[.p/<W>]` and `tile/entries/<N>[.p/<W>]`, with N in groups of three digits of which
/// all but the last start with an x: `tile/0/x001/x234/067`.
package struct TilePath: Hashable, Sendable {
    /// What lies there.
    package enum Content: Hashable, Sendable {
        case hashes(level: Int)
        case entries
    }
    /// What lies there.
    package let content: Content
    /// The number of the tile or bundle.
    package let index: Int
    /// How many hashes or entries: 256 in a full one.
    package let width: Int

    /// Hashes in a full tile.
    package static let fullWidth = 256
    /// The highest level there can be.
    static let highestLevel = 63

    /// Names a tile or bundle of hashes or entries.
    package init(_ content: Content, index: Int, width: Int = TilePath.fullWidth) {
        self.content = content
        self.index = index
        self.width = width
    }

    init(_ id: TileID, width: Int = TilePath.fullWidth) {
        self.init(.hashes(level: id.level), index: id.index, width: width)
    }

    /// Reads a path without a leading slash; nil for every other spelling.
    package init?(_ path: String) {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false)[...]
        guard parts.popFirst() == "tile", let level = parts.popFirst(), var last = parts.popLast()
        else { return nil }
        var width = TilePath.fullWidth
        if let partial = parts.last, partial.hasSuffix(".p") {
            guard let number = Int(last), (1..<TilePath.fullWidth).contains(number) else {
                return nil
            }
            width = number
            last = partial.dropLast(2)
            parts.removeLast()
        }
        var index = 0
        for part in parts.map({ $0.dropFirst() }) + [last] {
            guard part.count == 3, let group = Int(part), index < 1 << 50 else { return nil }
            index = index * 1000 + group
        }
        let content: Content
        if level == "entries" {
            content = .entries
        } else if let number = Int(level), (0...TilePath.highestLevel).contains(number) {
            content = .hashes(level: number)
        } else {
            return nil
        }
        self.init(content, index: index, width: width)
        // What reads as a number in another spelling is another path.
        guard text == path else { return nil }
    }

    /// The path without a leading slash.
    package var text: String {
        let level =
            switch content {
            case .hashes(let level): String(level)
            case .entries: "entries"
            }
        var groups = [TilePath.threeDigits(index % 1000)]
        var rest = index / 1000
        while rest > 0 {
            groups.append("x" + TilePath.threeDigits(rest % 1000))
            rest /= 1000
        }
        let number = groups.reversed().joined(separator: "/")
        return "tile/\(level)/\(number)" + (width < TilePath.fullWidth ? ".p/\(width)" : "")
    }

    private static func threeDigits(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: 3 - digits.count) + digits
    }
}

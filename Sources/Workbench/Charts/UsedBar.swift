// SPDX-License-Identifier: Apache-2.0

/// How far a limit is used, in a table row: spent is filled, held stands open behind it.
///
/// Where more is used than allowed the bar is full; the numbers beside it say by how much.
func usedBar(id: String, title: String, spent: Int, held: Int, limit: Int) -> HTML {
    let limit = Double(max(1, limit))
    let spentShare = min(1, Double(max(0, spent)) / limit)
    let heldShare = min(1 - spentShare, Double(max(0, held)) / limit)
    return picture(id: id, class: "rowbar", height: 12, title: title) {
        rectangle("track", width: 1, y: 0, height: 12)
        if heldShare > 0 { rectangle("open", x: spentShare, width: heldShare, y: 1, height: 10) }
        if spentShare > 0 { rectangle("bar", width: spentShare, y: 0, height: 12) }
    }
}

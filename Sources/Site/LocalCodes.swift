// SPDX-License-Identifier: Apache-2.0
import Records

/// Which codes of local systems may be released.
///
/// A public vocabulary's code says what it says. A hospital's own code can be anything, a record
/// number or a sentence included; it is released only where as many subjects share it as a count
/// must have to be shown, and its wording never is.
struct LocalCodes {
    private let rare: Set<Int32>

    init(_ gathered: Gathering, smallCell: Int) {
        let local = Set(
            gathered.codes.indices.filter { !gathered.codes[$0].code.system.isPublic }
                .map { Int32($0) })
        guard !local.isEmpty else {
            rare = []
            return
        }
        var patients: [Int32: Set<Int32>] = [:]
        for event in gathered.events {
            for code in [event.code, event.valueCode] where local.contains(code) {
                patients[code, default: []].insert(event.patient)
            }
        }
        rare = local.filter { (patients[$0]?.count ?? 0) < smallCell }
    }

    func isRare(_ code: Int32) -> Bool {
        rare.contains(code)
    }

    /// The code table without the wording of local systems.
    static func released(_ codes: [CodeEntry]) -> [CodeEntry] {
        codes.map { $0.code.system.isPublic ? $0 : CodeEntry(code: $0.code, display: "") }
    }
}

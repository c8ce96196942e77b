// SPDX-License-Identifier: Apache-2.0
import Records

/// The code systems of a file, by URI; those with a short name of ours are known.
struct SystemTable {
    /// What codes without any system are filed under: they mean something at this site only.
    static let local = CodeSystem(rawValue: "LOCAL")

    private var table = InternTable()
    private(set) var systems: [CodeSystem] = []
    private var known: [Bool] = []

    mutating func index(of uri: ByteText) -> Int32 {
        let (index, isNew) = table.index(of: uri)
        if isNew {
            let name = uri.string
            let system = name.isEmpty ? SystemTable.local : CodeSystem(fhirURI: name)
            systems.append(system)
            known.append(!name.isEmpty && system.rawValue != name)
        }
        return index
    }

    func isKnown(_ index: Int32) -> Bool { known[Int(index)] }
}

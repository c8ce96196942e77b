// SPDX-License-Identifier: Apache-2.0
import GRDB

/// A period from its first millisecond to the one after its last.
struct Period {
    let from: Int
    let to: Int

    /// - Throws: `.badPeriod` where it ends before it begins.
    init(from: Int?, to: Int?) throws(ProjectionError) {
        self.from = from ?? 0
        self.to = to ?? Int.max
        guard self.from <= self.to else { throw .badPeriod }
    }
}

extension LedgerProjection {
    /// Reads one state of the projection, cut off after the first `asOf` entries.
    func reading<Value>(
        asOf: Int?, _ query: (Database, Int) throws -> Value
    ) throws(ProjectionError) -> Value {
        try ProjectionError.naming {
            try database.read { database in
                let held = try ProjectionPosition.newest(in: database)?.size ?? 0
                let size = asOf ?? held
                guard size <= held else {
                    throw ProjectionError.notTakenIn(asked: size, held: held)
                }
                return try query(database, size)
            }
        }
    }
}

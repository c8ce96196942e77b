// SPDX-License-Identifier: Apache-2.0
package import Records

/// Rows of one code, column by column, in the order of postings.
package struct ReplicatedRows: Sendable {
    package var subjects: [UInt32] = []
    /// Days since 1970-01-01.
    package var days: [Int32] = []
    /// Not a number where the row states none.
    package var numbers: [Double] = []
    /// Position in the base's units; -1 without one.
    package var units: [Int32] = []
    package var tables: [ClinicalTable] = []

    package init() {}

    package var count: Int { subjects.count }

    package mutating func removeAll() {
        subjects.removeAll(keepingCapacity: true)
        days.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
        units.removeAll(keepingCapacity: true)
        tables.removeAll(keepingCapacity: true)
    }

    @inline(__always)
    mutating func append(
        _ subject: UInt32, _ day: Int32, _ number: Double, _ unit: Int32, _ table: ClinicalTable
    ) {
        subjects.append(subject)
        days.append(day)
        numbers.append(number)
        units.append(unit)
        tables.append(table)
    }

    /// Puts the rows from `first` on, which are by subject and day but for a few at the end, in
    /// order of subject, day, number (none first), unit and table.
    mutating func settle(from first: Int) {
        guard first + 1 < count else { return }
        for position in first + 1..<count {
            var place = position
            while place > first, precedes(place, place - 1) {
                exchange(place, place - 1)
                place -= 1
            }
        }
    }

    private func precedes(_ left: Int, _ right: Int) -> Bool {
        if subjects[left] != subjects[right] { return subjects[left] < subjects[right] }
        if days[left] != days[right] { return days[left] < days[right] }
        let (one, other) = (numbers[left], numbers[right])
        if one.isNaN != other.isNaN { return one.isNaN }
        if !one.isNaN, one.bitPattern != other.bitPattern {
            return one.bitPattern < other.bitPattern
        }
        if units[left] != units[right] { return units[left] < units[right] }
        return tables[left].rawValue < tables[right].rawValue
    }

    private mutating func exchange(_ left: Int, _ right: Int) {
        subjects.swapAt(left, right)
        days.swapAt(left, right)
        numbers.swapAt(left, right)
        units.swapAt(left, right)
        tables.swapAt(left, right)
    }
}

extension ReplicatedExport {
    /// How a replicate moves each patient's dates, in days.
    package func shifts(replicate: Int) -> [Int32] {
        guard replicate > 0 else { return [Int32](repeating: 0, count: base.patients.count) }
        return base.patients.indices.map { patient in
            Int32(Draws.hash(UInt64(patient), UInt64(replicate), 1) % 731) - 365
        }
    }

    /// Appends one replicate's rows of a code, by subject, day, number, unit and table.
    ///
    /// Subjects of a replicate follow those of the one before, so appending one replicate after the
    /// other gives the code's postings.
    /// - Parameters:
    ///   - code: position in `codes`.
    ///   - shifts: what `shifts(replicate:)` gave.
    package func append(
        code: Int, replicate: Int, shifts: [Int32], to rows: inout ReplicatedRows
    ) {
        let first = rows.count
        let offset = UInt32(replicate * base.patients.count)
        if code == death {
            for (index, patient) in base.patients.enumerated() {
                guard let day = patient.deathDay else { continue }
                rows.append(offset + UInt32(index), day + shifts[index], .nan, -1, .death)
            }
            return
        }
        // Taken in among the patient's own rows, so that settling has little to move.
        var waiting = code == creatinine ? exposed[...] : []
        for position in bounds[code]..<bounds[code + 1] {
            let source = sources[position]
            while let next = waiting.first, next.patient < source.patient {
                inject(replicate, next, shifts, into: &rows)
                waiting.removeFirst()
            }
            let stream = Draws.mix(source.seed ^ UInt64(replicate))
            guard source.isKept(stream, replicate: replicate) else { continue }
            let number =
                source.number.isNaN ? .nan : source.noisy(stream, replicate: replicate)
            rows.append(
                offset + source.patient, source.day + shifts[Int(source.patient)], number,
                source.unit, source.table.clinical)
        }
        for next in waiting { inject(replicate, next, shifts, into: &rows) }
        rows.settle(from: first)
    }

    /// The serial creatinine of one patient in one replicate, if drawn.
    private func inject(
        _ replicate: Int, _ exposure: (patient: UInt32, day: Int32), _ shifts: [Int32],
        into rows: inout ReplicatedRows
    ) {
        let subject = UInt32(replicate * base.patients.count) + exposure.patient
        let day = exposure.day + shifts[Int(exposure.patient)]
        let stream = Draws.mix(Draws.mix(UInt64(exposure.patient)) ^ UInt64(replicate))
        guard Draws.uniform(Draws.mix(stream ^ 30)) < 0.30 else { return }
        let baseline = 0.7 + 0.6 * Draws.uniform(Draws.mix(stream ^ 31))
        let rises = Draws.uniform(Draws.mix(stream ^ 32)) < 0.10
        let onset = 1 + Int32(Draws.mix(stream ^ 33) % 6)
        for later: Int32 in [-5, 1, 2, 3, 4, 5, 6, 7] {
            // 35 for the day before, 41 to 47 for those after.
            let draw = Draws.uniform(Draws.mix(stream ^ UInt64(40 + later)))
            let factor = (rises && later >= onset ? 1.8 : 1.0) * (1 + 0.15 * (draw - 0.5))
            rows.append(
                subject, day + later, Draws.rounded(baseline * factor), creatinineUnit,
                .measurement)
        }
    }

    /// Rows of one replicate without deaths, which the benchmark does not count as events.
    package func eventCount(replicate: Int) -> Int {
        var count = sources.count
        if replicate > 0 {
            for source in sources {
                let stream = Draws.mix(source.seed ^ UInt64(replicate))
                if !source.isKept(stream, replicate: replicate) { count -= 1 }
            }
        }
        for (patient, _) in exposed
        where Draws.uniform(Draws.hash(UInt64(patient), UInt64(replicate), 30)) < 0.30 {
            count += 8
        }
        return count
    }

    /// The number of replicates, at least one, whose events are nearest to a given number.
    package func replicates(nearest events: Int) -> Int {
        var total = eventCount(replicate: 0)
        var replicates = 1
        while total < events {
            let next = eventCount(replicate: replicates)
            if total + next - events > events - total { break }
            total += next
            replicates += 1
        }
        return replicates
    }

    /// What the directory says of every subject of a replicate, in order.
    ///
    /// The anchor is the day of the subject's first kept event, deaths included; for a subject
    /// without any, the day of birth. Ids ascend from 1.
    package func subjects(replicate: Int) -> [SubjectRecord] {
        let moves = shifts(replicate: replicate)
        var first = [Int32](repeating: .max, count: base.patients.count)
        var last = [Int32](repeating: .min, count: base.patients.count)
        func see(_ patient: Int, _ day: Int32) {
            first[patient] = min(first[patient], day + moves[patient])
            last[patient] = max(last[patient], day + moves[patient])
        }
        for source in sources {
            let stream = Draws.mix(source.seed ^ UInt64(replicate))
            if source.isKept(stream, replicate: replicate) { see(Int(source.patient), source.day) }
        }
        for (patient, day) in exposed
        where Draws.uniform(Draws.hash(UInt64(patient), UInt64(replicate), 30)) < 0.30 {
            see(Int(patient), day - 5)
            see(Int(patient), day + 7)
        }
        return base.patients.enumerated().map { index, patient in
            if let day = patient.deathDay { see(index, day) }
            let birth = CivilDay(number: patient.birthDay + moves[index])
            let isEmpty = first[index] > last[index]
            let anchor = isEmpty ? birth : CivilDay(number: first[index])
            let isAged =
                !isEmpty && birth.completedYears(to: CivilDay(number: last[index])) >= 90
            let age = isAged ? nil : Int32(birth.completedYears(to: anchor))
            let position = UInt64(replicate * base.patients.count + index)
            var record = SubjectRecord(
                id: SubjectID(high: 0, low: position + 1), sex: patient.sex,
                anchorYear: Int32(anchor.parts.year), ageAtAnchor: age, isAged: isAged)
            record.anchorDay = anchor.number
            record.birthDay = birth.number
            record.birthYear = Int32(birth.parts.year)
            return record
        }
    }
}

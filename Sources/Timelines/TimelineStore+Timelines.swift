// SPDX-License-Identifier: Apache-2.0
package import Records

extension TimelineStore {
    /// The segment with a subject's entries, their places, and where its codes are in the table.
    private func entries(_ subject: Int) -> (
        segment: Segment, places: Range<Int>, map: [UInt32]?
    ) {
        guard let view else { return (segments[0], segments[0].places(subject), nil) }
        guard subject >= 0, subject < view.union.subjectCount else {
            return (segments[0], 0..<0, nil)
        }
        let (segment, local) = view.owner(subject)
        return (
            segment, segment.places(local), view.union.codeMaps[Int(view.union.owners[subject])]
        )
    }

    /// Events of a subject; 0 for an index outside the directory.
    package func eventCount(ofSubject index: Int) -> Int { entries(index).places.count }

    /// Calls with a subject's codes and starts, in order of start, then code, then row.
    ///
    /// - Complexity: O(events of the subject), some 2 ns each.
    package func withTimeline<Result>(
        subject index: Int, _ body: (_ codes: Span<UInt32>, _ starts: Span<Int32>) -> Result
    ) -> Result {
        let (segment, places, map) = entries(index)
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: places.count * 2) { room in
            guard let codes = room.baseAddress, let entries = segment.timelines.entries else {
                return body(Span(), Span())
            }
            let starts = codes + places.count
            entries.codes.decode32(places, into: codes)
            entries.starts.decode32(places, into: starts)
            if let map { TimelineStore.move(codes, places.count, map) }
            return body(
                UnsafeBufferPointer(start: codes, count: places.count).span,
                Postings.signed(starts, places.count).span)
        }
    }

    private static func move(_ codes: UnsafeMutablePointer<UInt32>, _ count: Int, _ map: [UInt32]) {
        for place in 0..<count {
            let code = Int(codes[place])
            codes[place] = code < map.count ? map[code] : SegmentFormat.none
        }
    }

    /// Calls with a subject's codes, starts and rows of their codes' postings, in the same order.
    ///
    /// Over several segments this puts the postings of those codes together.
    package func withTimelineRows<Result>(
        subject index: Int,
        _ body: (_ codes: Span<UInt32>, _ starts: Span<Int32>, _ rows: Span<UInt32>) -> Result
    ) -> Result {
        withTimeline(subject: index) { codes, starts in
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: codes.count) { room in
                guard let rows = room.baseAddress else { return body(codes, starts, Span()) }
                if view == nil {
                    let (segment, places, _) = entries(index)
                    segment.timelines.entries?.rows.decode32(places, into: rows)
                } else {
                    var next: [UInt32: UInt32] = [:]
                    for place in 0..<codes.count {
                        let code = codes[place]
                        let row = next[code] ?? firstRow(ofCode: code, subject: index)
                        rows[place] = row
                        next[code] = row &+ 1
                    }
                }
                return body(codes, starts, UnsafeBufferPointer(room).span)
            }
        }
    }

    private func firstRow(ofCode code: UInt32, subject: Int) -> UInt32 {
        let postings = postings(code: Int(code))
        return UInt32(postings?.firstRow(notBefore: UInt32(subject)) ?? 0)
    }

    /// Calls for one subject of a range after the other with their codes and starts.
    ///
    /// Faster than one `withTimeline` each where all subjects of the range are wanted.
    package func forEachTimeline(
        in subjects: Range<Int>,
        _ body: (_ subject: Int, _ codes: Span<UInt32>, _ starts: Span<Int32>) -> Void
    ) {
        guard view == nil else {
            for subject in subjects {
                withTimeline(subject: subject) { codes, starts in body(subject, codes, starts) }
            }
            return
        }
        let ends = segments[0].timelines.ends
        var first = subjects.lowerBound
        while first < subjects.upperBound {
            // As many subjects as have a few blocks of entries together, and one at least.
            let begin = segments[0].places(first).lowerBound
            var next = first + 1
            while next < subjects.upperBound,
                ends[next] <= UInt64(begin + TimelineStore.passEntries)
            {
                next += 1
            }
            forEachTimeline(of: first..<next, body)
            first = next
        }
    }

    /// Entries decoded at a time: both columns stay in the second-level cache.
    private static let passEntries = 32 << 10

    private func forEachTimeline(
        of subjects: Range<Int>, _ body: (Int, Span<UInt32>, Span<Int32>) -> Void
    ) {
        let segment = segments[0]
        let begin = segment.places(subjects.lowerBound).lowerBound
        let end = segment.places(subjects.upperBound - 1).upperBound
        let count = max(0, end - begin)
        scratch.withBytes(count * 8) { bytes in
            let codes = bytes.bindMemory(to: UInt32.self, capacity: count * 2)
            let starts = codes + count
            if count > 0 {
                segment.timelines.entries?.codes.decode32(begin..<end, into: codes)
                segment.timelines.entries?.starts.decode32(begin..<end, into: starts)
            }
            for subject in subjects {
                let places = segment.places(subject)
                let isInside = places.lowerBound >= begin && places.upperBound <= end
                let from = isInside ? places.lowerBound - begin : 0
                let own = isInside ? places.count : 0
                body(
                    subject, UnsafeBufferPointer(start: codes + from, count: own).span,
                    Postings.signed(starts + from, own).span)
            }
        }
    }

    /// Calls with all timelines at once: where each subject's entries end, codes and starts.
    ///
    /// Decodes 8 bytes for each event of the store; `forEachTimeline` needs no such room.
    package func withTimelines<Result>(
        _ body: (_ ends: Span<UInt64>, _ codes: Span<UInt32>, _ starts: Span<Int32>) -> Result
    ) -> Result {
        let count = eventCount
        return scratch.withBytes(count * 8) { bytes in
            let codes = bytes.bindMemory(to: UInt32.self, capacity: count * 2)
            let starts = codes + count
            func call(_ ends: Span<UInt64>) -> Result {
                body(
                    ends, UnsafeBufferPointer(start: codes, count: count).span,
                    Postings.signed(starts, count).span)
            }
            guard let view else {
                if let entries = segments[0].timelines.entries {
                    entries.codes.decode32(0..<count, into: codes)
                    entries.starts.decode32(0..<count, into: starts)
                }
                return segments[0].timelines.ends.withSpan(call)
            }
            var ends: [UInt64] = []
            var place = 0
            for subject in 0..<view.union.subjectCount {
                let (segment, places, map) = entries(subject)
                if let entries = segment.timelines.entries, place + places.count <= count {
                    entries.codes.decode32(places, into: codes + place)
                    entries.starts.decode32(places, into: starts + place)
                    if let map { TimelineStore.move(codes + place, places.count, map) }
                    place += places.count
                }
                ends.append(UInt64(place))
            }
            return call(ends.span)
        }
    }

    /// A subject's events in order of start, then code, then the order of postings.
    ///
    /// Empty for an index outside the directory. O(events of the subject).
    package func timeline(subject index: Int) -> [Event] {
        let (segment, places, map) = entries(index)
        guard !places.isEmpty, let entries = segment.timelines.entries else { return [] }
        func entry(_ code: Int) -> CodeEntry? {
            guard segment.codes.indices.contains(code) else { return nil }
            return map.map { codes[Int($0[code])] } ?? codes[code]
        }
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: places.count * 2) { room in
            guard let owned = room.baseAddress else { return [] }
            let rows = owned + places.count
            entries.codes.decode32(places, into: owned)
            entries.rows.decode32(places, into: rows)
            return (0..<places.count).compactMap { place in
                segment.event(code: Int(owned[place]), row: Int(rows[place]), entry)
            }
        }
    }
}

extension Segment {
    /// One event with its code and unit; nil where the file points outside.
    ///
    /// - Parameter entry: the words for a code of the segment.
    fileprivate func event(code: Int, row: Int, _ entry: (Int) -> CodeEntry?) -> Event? {
        guard postings.indices.contains(code), let postings = postings[code], row < postings.count,
            let named = entry(code)
        else { return nil }
        return Event(
            code: named.code, display: named.display, start: postings.start(row),
            end: postings.end(row), value: value(postings, row, entry))
    }

    private func value(_ postings: Postings, _ row: Int, _ entry: (Int) -> CodeEntry?)
        -> EventValue?
    {
        let unit = postings.unit(row).flatMap { units.indices.contains($0) ? units[$0] : nil }
        switch postings.kind(row) {
        case .none: return nil
        case .number: return .number(postings.number(row), unit: unit)
        case .below: return .below(postings.number(row), unit: unit)
        case .above: return .above(postings.number(row), unit: unit)
        case .code:
            return postings.valueCode(row).flatMap(entry).map {
                .code($0.code, display: $0.display)
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import Records
import Statistics
import Testing
import Timelines

@testable import Cohorts

extension ScratchDirectory {
    /// Two concepts, one below the other.
    func concepts() throws -> ConceptStore {
        try ConceptStore.write(
            entries: [ConceptEntry(id: 100, name: "one"), ConceptEntry(id: 101, name: "two")],
            ancestors: [ConceptLink(from: 100, to: 100), ConceptLink(from: 100, to: 101)],
            mapsTo: [ConceptLink(from: 101, to: 100)], to: "\(path)/concepts")
        return try ConceptStore.open("\(path)/concepts")
    }
}

@Suite("Timelines as OMOP tables")
struct TimelineClinicalSourceTests {
    private func query(
        _ random: inout SeededRandom
    ) -> (ClinicalTable, Set<UInt32>?, Set<EventAttribute>) {
        let table = ClinicalTable.allCases[random.below(15)]
        let concepts: Set<UInt32>? =
            random.chance(0.3)
            ? nil : Set((0..<random.below(4)).map { _ in UInt32(random.below(9)) + 98 })
        let attributes = Set(
            [EventAttribute.typeConcept, .visit, .recordID, .table, .statusConcept].filter { _ in
                random.chance(0.4)
            })
        return (table, random.chance(0.1) ? [0] : concepts, attributes)
    }

    @Test(
        "rows are those of a plain reading, however little is kept between calls",
        arguments: 0..<12)
    func agrees(seed: UInt64) throws {
        let scratch = try ScratchDirectory()
        let world = RandomClinicalWorld(seed: seed, hasTrueDates: seed % 4 != 3)
        let store = try world.store(at: "\(scratch.path)/timelines")
        let source = TimelineClinicalSource(
            store: store, concepts: try scratch.concepts(),
            cacheSize: [1 << 20, 6_000, 0][Int(seed % 3)])
        #expect(source.hasTables)
        #expect(source.hasTrueDates == (seed % 4 != 3))
        var random = SeededRandom(seed: seed)
        for _ in 0..<60 {
            let (table, concepts, attributes) = query(&random)
            let rows = source.rows(table, concepts: concepts, attributes: attributes)
            #expect(
                rows.columns == world.rows(table, concepts, attributes).columns,
                "\(table) \(concepts?.sorted().description ?? "all")")
        }
    }

    @Test("persons, concepts and texts are those of the store")
    func persons() throws {
        let scratch = try ScratchDirectory()
        let world = RandomClinicalWorld(seed: 5)
        let store = try world.store(at: "\(scratch.path)/timelines")
        let source = TimelineClinicalSource(store: store, concepts: try scratch.concepts())
        #expect(source.subjectCount == world.subjects.count)
        for (index, subject) in world.subjects.enumerated() {
            #expect(
                source.person(index)
                    == ClinicalPerson(
                        genderConcept: subject.genderConcept, raceConcept: subject.raceConcept,
                        ethnicityConcept: subject.ethnicityConcept, yearOfBirth: subject.birthYear))
        }
        #expect(source.concepts.descendants(100) == [100, 101])
        #expect(source.concepts.mapped(to: 100) == [101])
        func reasons(_ rows: ClinicalRows, _ text: (Int64) -> String) -> [String] {
            (rows.attributes[.stopReason] ?? []).map {
                $0 == EventAttribute.missing ? "" : text($0)
            }
        }
        let found = reasons(
            source.rows(.conditionOccurrence, concepts: nil, attributes: [.stopReason]),
            source.text)
        #expect(Set(found) == Set(RandomClinicalWorld.texts + [""]))
        #expect(
            found
                == reasons(
                    world.rows(.conditionOccurrence, nil, [.stopReason]),
                    {
                        RandomClinicalWorld.texts[Int($0)]
                    }))
        for index in [EventAttribute.missing, -1, 2, Int64.max] {
            #expect(source.text(index) == "")
        }
    }

    @Test("a release made from FHIR has no tables")
    func fhir() throws {
        let scratch = try ScratchDirectory()
        var world = RandomClinicalWorld(seed: 6, hasTrueDates: false)
        for index in world.rows.indices { world.rows[index].table = nil }
        let store = try world.store(at: "\(scratch.path)/timelines")
        let source = TimelineClinicalSource(store: store, concepts: try scratch.concepts())
        #expect(!source.hasTables)
        #expect(!source.hasTrueDates)
        #expect(source.rows(.conditionOccurrence, concepts: nil, attributes: []).count == 0)
    }

    @Test("one subject with events and no anchor day, and no date is called true")
    func mixed() throws {
        let scratch = try ScratchDirectory()
        var world = RandomClinicalWorld(seed: 7)
        // Subject 14 has no events, so that its anchor says nothing.
        world.subjects[14].anchorDay = nil
        let concepts = try scratch.concepts()
        let sound = TimelineClinicalSource(
            store: try world.store(at: "\(scratch.path)/one"), concepts: concepts)
        #expect(sound.hasTrueDates)
        world.subjects[3].anchorDay = nil
        let mixed = TimelineClinicalSource(
            store: try world.store(at: "\(scratch.path)/other"), concepts: concepts)
        #expect(!mixed.hasTrueDates)
        for index in world.subjects.indices { world.subjects[index].anchorDay = nil }
        #expect(
            mixed.rows(.measurement, concepts: nil, attributes: []).columns
                == world.rows(.measurement, nil, []).columns)
    }

    @Test("several tasks may read at once")
    func concurrent() async throws {
        let scratch = try ScratchDirectory()
        let world = RandomClinicalWorld(seed: 8)
        let source = TimelineClinicalSource(
            store: try world.store(at: "\(scratch.path)/timelines"),
            concepts: try scratch.concepts(), cacheSize: 8_000)
        let wanted = world.rows(.conditionOccurrence, [100, 101, 103], [.visit]).columns
        let isSame = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    (0..<20).allSatisfy { _ in
                        source.rows(
                            .conditionOccurrence, concepts: [100, 101, 103], attributes: [.visit]
                        ).columns == wanted
                    }
                }
            }
            return await group.allSatisfy { $0 }
        }
        #expect(isSame)
    }

    @Test("rows merged from sorted parts are the rows sorted anew", arguments: 0..<20)
    func merges(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let world = RandomClinicalWorld(seed: seed)
        let all = world.rows(.conditionOccurrence, nil, [.visit])
        let parts = (0..<random.below(9)).map { _ in
            all.rows(at: all.subject.indices.filter { _ in random.chance(0.3) })
        }
        var rest = ClinicalRows()
        for part in parts {
            rest.subject += part.subject
            rest.start += part.start
            rest.end += part.end
            rest.record += part.record
            rest.concept += part.concept
            rest.attributes[.visit, default: []] += part.attributes[.visit] ?? []
        }
        let sorted = rest.rows(at: rest.sortedPositions() ?? Array(0..<rest.count))
        let merged = ClinicalRows.merged(parts, attributes: [.visit])
        #expect(merged.columns.prefix(5) == sorted.columns.prefix(5))
        #expect(merged.attributes[.visit] ?? [] == sorted.attributes[.visit] ?? [])
    }
}

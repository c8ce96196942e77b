// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Testing

@testable import Gateway

@Suite("Doing a thing once")
struct OnceTableTests {
    @Test("many who ask under one id at once get the one answer")
    func answersAll() async {
        let table = OnceTable<Int>(kept: .seconds(600))
        let runs = Runs()
        let answers = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    await table.value("id") {
                        await Task.yield()
                        return runs.next()
                    }
                }
            }
            return await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(answers == Array(repeating: 1, count: 64))
        let other = await table.value("other") { 7 }
        #expect(other == 7)
        #expect(table.count == 2)
    }

    @Test("what nobody can ask for again is forgotten")
    func forgets() async {
        let table = OnceTable<Int>(kept: .zero)
        for number in 0..<5000 { _ = await table.value("\(number)") { number } }
        #expect(table.count <= 2)
    }
}

/// Counts how often something was done.
private final class Runs: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock {
            $0 += 1
            return $0
        }
    }
}

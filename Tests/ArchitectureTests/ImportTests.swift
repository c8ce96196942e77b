// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Holds the imports of every source file to the table in ARCHITECTURE.md.
@Suite("The arrows of the architecture")
struct ImportTests {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Modules of the system and the toolchain, open to every target.
    static let everyone: Set<String> = [
        "Foundation", "FoundationNetworking", "Glibc", "Darwin", "Synchronization", "Dispatch",
    ]

    /// Target and what it may import, from the rows `| \`Target\` | A, B | … |`.
    static func table() throws -> [String: Set<String>] {
        let text = try String(contentsOf: root.appending(path: "ARCHITECTURE.md"), encoding: .utf8)
        var table: [String: Set<String>] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let name = cells[0].trimmingCharacters(in: CharacterSet(charactersIn: "`"))
            let words = cells[1].split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "_" }
            )
            table[name] = Set(words.map(String.init))
        }
        return table
    }

    static func imports(of file: URL) throws -> Set<String> {
        let text = try String(contentsOf: file, encoding: .utf8)
        var modules: Set<String> = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let position = words.firstIndex(of: "import"),
                words[..<position].allSatisfy({
                    ["package", "public", "internal", "@testable"].contains($0)
                }),
                position + 1 < words.count
            else { continue }
            modules.insert(String(words[position + 1].split(separator: ".")[0]))
        }
        return modules
    }

    @Test("no source file imports what its target's row does not allow")
    func importsFollowTheTable() throws {
        let table = try ImportTests.table()
        #expect(table.count > 10)
        let sources = ImportTests.root.appending(path: "Sources")
        for target in try FileManager.default.contentsOfDirectory(atPath: sources.path).sorted() {
            guard target != "CZlib" else { continue }
            let allowed = try #require(table[target], "\(target) has no row in ARCHITECTURE.md")
            let files = try #require(
                FileManager.default.enumerator(atPath: sources.appending(path: target).path))
            for case let name as String in files where name.hasSuffix(".swift") {
                let file = sources.appending(path: target).appending(path: name)
                let extra = try ImportTests.imports(of: file)
                    .subtracting(allowed).subtracting(ImportTests.everyone)
                #expect(extra.isEmpty, "\(target)/\(name) imports \(extra.sorted())")
            }
        }
    }

    @Test("every row of the table is a target that exists")
    func rowsExist() throws {
        for target in try ImportTests.table().keys {
            let path = ImportTests.root.appending(path: "Sources/\(target)").path
            #expect(FileManager.default.fileExists(atPath: path), "\(target) does not exist")
        }
    }
}

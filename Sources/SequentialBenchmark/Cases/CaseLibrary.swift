// SPDX-License-Identifier: Apache-2.0
import Foundation
package import Knowledge

/// Finds and reads sets of cases.
package enum CaseLibrary {
    /// The cases that come with the program, sorted by id.
    ///
    /// - Throws: `BenchmarkError` naming file, line and path of what isn't as it must be;
    ///   `.noCases` where none is there.
    package static func own(catalogue: Catalogue) throws(BenchmarkError) -> [BenchmarkCase] {
        guard let folder = Bundle.module.resourceURL?.appending(path: "OwnCases") else {
            throw .noCases(name: "own")
        }
        return try folderCases(folder.path, name: "own", catalogue).sorted { $0.id < $1.id }
    }

    /// Cases by name or from files.
    ///
    /// The format is told by the content, never by the ending.
    ///
    /// - Parameter path: `own`; `own:` and a stratum, such as `own:emergency`; a file in one of the
    ///   formats of `CaseFormat`; a folder of such files.
    /// - Throws: `BenchmarkError`, saying where.
    package static func read(
        path: String, catalogue: Catalogue
    ) throws(BenchmarkError) -> [BenchmarkCase] {
        if path == "own" { return try own(catalogue: catalogue) }
        if path.hasPrefix("own:") {
            let name = String(path.dropFirst(4))
            guard let stratum = Stratum(rawValue: name), stratum != .unspecified else {
                let names = Stratum.allCases.dropLast().map(\.rawValue)
                throw .badOption(
                    name: "own:", expected: "one of \(names.joined(separator: ", "))")
            }
            let cases = try own(catalogue: catalogue).filter { $0.stratum == stratum }
            guard !cases.isEmpty else { throw .noCases(name: path) }
            return cases
        }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw .unreadable(file: name)
        }
        if isFolder.boolValue { return try folderCases(path, name: name, catalogue) }
        return try fileCases(path, name: name, catalogue)
    }

    private static func folderCases(
        _ folder: String, name: String, _ catalogue: Catalogue
    ) throws(BenchmarkError) -> [BenchmarkCase] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw .unreadable(file: name)
        }
        var cases: [BenchmarkCase] = []
        var ids: Set<String> = []
        for file in names.sorted()
        where [".json", ".jsonl", ".csv"].contains(where: file.hasSuffix) {
            for item in try fileCases("\(folder)/\(file)", name: file, catalogue) {
                guard ids.insert(item.id).inserted else {
                    throw .duplicateCase(file: file, id: item.id)
                }
                cases.append(item)
            }
        }
        guard !cases.isEmpty else { throw .noCases(name: name) }
        return cases
    }

    private static func fileCases(
        _ path: String, name: String, _ catalogue: Catalogue
    ) throws(BenchmarkError) -> [BenchmarkCase] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw .unreadable(file: name)
        }
        let bytes = [UInt8](data)
        let terms = try HPOTerms.beside(path)
        let result = try CaseImport(bytes, file: name, catalogue: catalogue, terms: terms)
        var ids: Set<String> = []
        for item in result.cases where !ids.insert(item.id).inserted {
            throw .duplicateCase(file: name, id: item.id)
        }
        guard !result.cases.isEmpty else { throw .noCases(name: name) }
        return result.cases
    }
}

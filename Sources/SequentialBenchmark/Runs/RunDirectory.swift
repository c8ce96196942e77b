// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Where a run keeps its files: what it was made of, the cases, one log a case.
///
/// Files appear whole or not at all, so a killed run leaves only finished cases behind.
struct RunDirectory {
    let path: String

    private func file(_ name: String) -> String { path + "/" + name }

    func logPath(_ index: Int) -> String {
        let digits = String(index + 1)
        return file("log/" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits)
            + ".jsonl"
    }

    /// Makes the directory, or holds an earlier run in it to the same manifest.
    ///
    /// A directory that holds anything else is left as it is. Of an earlier run of the same, what
    /// was lost beside the manifest is written again.
    func open(_ manifest: RunManifest, cases: [UInt8]) throws(BenchmarkError) {
        let expected = encoded(manifest)
        let found = FileManager.default.contents(atPath: file("run.json")).map { [UInt8]($0) }
        guard found == expected || found == nil && isFree else {
            throw .badOption(
                name: path,
                expected: "an empty directory, or a run of the same cases, agent, prices and "
                    + "settings to go on with")
        }
        do {
            try FileManager.default.createDirectory(
                atPath: file("log"), withIntermediateDirectories: true)
        } catch {
            throw .badOption(name: path, expected: "a directory that can be written to")
        }
        if FileManager.default.contents(atPath: file("cases.jsonl")).map({ [UInt8]($0) }) != cases {
            try write(cases, "cases.jsonl")
        }
        if found == nil { try write(expected, "run.json") }
    }

    /// Nothing is there but what a run killed at its very beginning leaves.
    private var isFree: Bool {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.allSatisfy { $0 == "cases.jsonl" || $0 == "log" || $0.hasPrefix(".") }
    }

    func manifest() throws(BenchmarkError) -> RunManifest {
        guard let data = FileManager.default.contents(atPath: file("run.json")) else {
            throw .unreadable(file: file("run.json"))
        }
        guard let manifest = try? JSONDecoder().decode(RunManifest.self, from: data),
            manifest.format == RunManifest.current
        else {
            throw .badOption(name: file("run.json"), expected: "the manifest of a run")
        }
        return manifest
    }

    func log(_ index: Int) -> [UInt8]? {
        FileManager.default.contents(atPath: logPath(index)).map { [UInt8]($0) }
    }

    func writeLog(_ bytes: [UInt8], _ index: Int) throws(BenchmarkError) {
        try write(bytes, at: logPath(index))
    }

    func write(_ bytes: [UInt8], _ name: String) throws(BenchmarkError) {
        try write(bytes, at: file(name))
    }

    private func write(_ bytes: [UInt8], at target: String) throws(BenchmarkError) {
        do {
            try Data(bytes).write(to: URL(filePath: target), options: .atomic)
        } catch {
            throw .badOption(name: target, expected: "a place that can be written to")
        }
    }

    private func encoded(_ manifest: RunManifest) -> [UInt8] {
        // Strings, numbers and options only: nothing here can fail to encode.
        [UInt8]((try? RunLog.encoder().encode(manifest)) ?? Data()) + [UInt8(ascii: "\n")]
    }
}

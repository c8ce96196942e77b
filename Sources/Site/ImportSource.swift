// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Intake

/// What records come as.
package enum ImportFormat: String, Sendable, CaseIterable, Codable {
    /// FHIR R4 as NDJSON or bundles.
    case fhir
    /// OMOP common data model 5.3 or 5.4 as one CSV file a table.
    case omop

    /// Bytes that a sealed batch of the format begins with, after which the extraction follows.
    fileprivate var mark: [UInt8] { self == .fhir ? [] : Array("OMOP".utf8) }
}

/// One file an import reads, whatever its format.
struct ImportSource: Sendable {
    enum Content: Sendable {
        case fhir(path: String)
        case omop(OMOPFile)
    }

    let content: Content
    /// What reports and errors call it.
    let name: String
    /// Bytes on disk.
    let size: Int

    /// Every file of a path that the format reads, and what is left aside with the reason.
    static func list(_ path: String, as format: ImportFormat) throws(SiteError)
        -> (sources: [ImportSource], ignored: [String])
    {
        switch format {
        case .fhir:
            let (files, ignored) = try stage { try SourceFiles.list(path) }
            return (
                files.map { file in
                    ImportSource(
                        content: .fhir(path: file), name: displayName(file, under: path),
                        size: Files.size(file))
                }, ignored.map { "\($0): not a .ndjson or .json file; left alone" }
            )
        case .omop:
            let (files, ignored) = try stage { try OMOPSource.list(path) }
            return (
                files.map { ImportSource(content: .omop($0), name: $0.name, size: $0.size) },
                ignored.map { "\($0.name): \($0.reason); left alone" }
            )
        }
    }

    /// The format of what lies at a path: OMOP for a ZIP archive and where a file there is named
    /// after one of its tables, FHIR otherwise.
    static func format(of path: String) -> ImportFormat {
        if path.lowercased().hasSuffix(".zip") { return .omop }
        return (try? OMOPSource.list(path)) == nil ? .fhir : .omop
    }

    /// Which table and part of it a file of this name holds, so that it can be stated again.
    static func part(_ name: String) -> Substring {
        let file = name.lowercased().split(separator: "/").last ?? ""
        return file.prefix { $0 != "." }
    }

    /// SHA-256 of what the file says: of an OMOP table its name and its text, however packed.
    func digest() throws(SiteError) -> String {
        switch content {
        case .fhir(let path): return try Files.digest(path)
        case .omop(let file):
            return try stage {
                var hash = SHA256()
                hash.update(data: Array("\(file.table.name)\n".utf8))
                try file.forEachPiece { hash.update(data: $0) }
                return Files.hex(hash.finalize())
            }
        }
    }

    /// Reads the file: what is to be sealed, and the report.
    func extract(progress: (Int) -> Void) throws(SiteError) -> (
        sealed: [UInt8], report: IntakeReport
    ) {
        try stage {
            switch content {
            case .fhir(let path):
                let extraction = try FHIRReader().extract(
                    file: path, displayName: name, progress: progress)
                return (extraction.encoded(), extraction.report)
            case .omop(let file):
                let extraction = try OMOPTableReader().extract(file, progress: progress)
                return (ImportFormat.omop.mark + extraction.encoded(), extraction.report)
            }
        }
    }

    /// The file's path below what was named on the command line.
    private static func displayName(_ file: String, under source: String) -> String {
        let root = URL(fileURLWithPath: source).standardizedFileURL.path
        let path = URL(fileURLWithPath: file).standardizedFileURL.path
        guard path.hasPrefix(root + "/") else {
            return URL(fileURLWithPath: file).lastPathComponent
        }
        return String(path.dropFirst(root.count + 1))
    }
}

/// A sealed batch read back.
enum ImportedBatch {
    case fhir(Extraction)
    case omop(OMOPExtraction)

    init(decoding bytes: [UInt8]) throws {
        let mark = ImportFormat.omop.mark
        if bytes.starts(with: mark) {
            self = .omop(try OMOPExtraction(decoding: Array(bytes.dropFirst(mark.count))))
        } else {
            self = .fhir(try Extraction(decoding: bytes))
        }
    }

    var report: IntakeReport {
        switch self {
        case .fhir(let extraction): extraction.report
        case .omop(let extraction): extraction.report
        }
    }

    var format: ImportFormat {
        switch self {
        case .fhir: .fhir
        case .omop: .omop
        }
    }
}

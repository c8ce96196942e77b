// SPDX-License-Identifier: Apache-2.0
import Records

/// Reads one file of FHIR R4: NDJSON, a bundle or a single resource, plain or gzip.
///
/// What a file is, is decided by its content:
/// - gzip by its first two bytes;
/// - a document, held in memory as a whole, where the first line is not one complete value but
///   goes on in the next, or where a bundle on one line is all there is;
/// - NDJSON otherwise, read line by line, so that a broken line costs only itself; a line may be a
///   bundle.
///
/// Memory does not grow with an NDJSON file beyond what it yields.
package struct FHIRReader: Sendable {
    private let lineLimit: Int
    private let documentLimit: Int

    package init() {
        lineLimit = TextWindow.lineLimit
        documentLimit = TextWindow.documentLimit
    }

    /// A reader with smaller limits, in bytes.
    init(lineLimit: Int, documentLimit: Int) {
        self.lineLimit = lineLimit
        self.documentLimit = documentLimit
    }

    /// Reads a file to its end.
    ///
    /// - Parameter file: path of the file.
    /// - Parameter displayName: what issues and errors call it.
    /// - Parameter progress: told how many bytes of the file (as it lies on disk, so compressed
    ///   where it is) have been read: at least once in each MiB of these bytes, for a document as
    ///   for lines, never less than before, and at the end the size of the file.
    /// - Throws: `IntakeError` where the file cannot be used as a whole; what is wrong with single
    ///   resources stands in the report.
    package func extract(
        file: String, displayName: String, progress: (Int) -> Void = { _ in }
    ) throws(IntakeError) -> Extraction {
        let window = TextWindow(
            file: try InflatedFile(path: file, name: displayName), lineLimit: lineLimit,
            documentLimit: documentLimit)
        var assembly = Assembly(file: displayName)
        try window.open(progress: progress)
        let shape = FileShape(window: window, lineLimit: lineLimit, documentLimit: documentLimit)
        if try shape.isDocument(progress: progress) {
            assembly.readDocument(try window.document(progress: progress))
        } else {
            try readLines(window, into: &assembly, progress: progress)
        }
        progress(window.fileBytesRead)
        return assembly.finish(bytes: window.bytes)
    }

    private func readLines(
        _ window: TextWindow, into assembly: inout Assembly, progress: (Int) -> Void
    ) throws(IntakeError) {
        var number = 0
        while let line = try window.nextLine(progress: progress) {
            guard number < Int(Int32.max) else { throw .tooManyEvents(file: window.name) }
            number += 1
            switch line {
            case .blank: continue
            case .tooLong: assembly.reject(.lineTooLong, line: number)
            case .text(let scanner): assembly.readLine(scanner, line: number)
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import Records

/// Reads one file of FHIR R4: NDJSON, a bundle or a single resource, plain or gzip.
///
/// What a file is, is decided by its content:
/// - gzip by its first two bytes;
/// - a bundle where the first object says so, or where it goes on over several lines;
/// - NDJSON otherwise, read line by line, so that a broken line costs only itself.
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
    /// - Parameter progress: told now and then how many bytes of the file (as it lies on disk) have
    ///   been read.
    /// - Throws: `IntakeError` where the file cannot be used as a whole; what is wrong with single
    ///   resources stands in the report.
    package func extract(
        file: String, displayName: String, progress: (Int) -> Void = { _ in }
    ) throws(IntakeError) -> Extraction {
        let window = TextWindow(
            file: try InflatedFile(path: file, name: displayName), lineLimit: lineLimit,
            documentLimit: documentLimit)
        var assembly = Assembly(file: displayName)
        try window.open()
        progress(window.fileBytesRead)
        if FileShape.isDocument(window) {
            assembly.readDocument(try window.document())
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
        var reported = window.fileBytesRead
        while let line = try window.nextLine() {
            guard number < Int(Int32.max) else { throw .tooManyEvents(file: window.name) }
            number += 1
            switch line {
            case .blank: continue
            case .tooLong: assembly.reject(.lineTooLong, line: number)
            case .text(let scanner): assembly.readLine(scanner, line: number)
            }
            if window.fileBytesRead != reported {
                reported = window.fileBytesRead
                progress(reported)
            }
        }
    }
}

/// Tells a document from lines by looking at the beginning.
enum FileShape {
    /// Whether the text must be read as a whole.
    ///
    /// A first line that ends inside its object is the start of a document, unless the next line
    /// starts an object of its own: then it is a broken line of NDJSON.
    static func isDocument(_ window: TextWindow) -> Bool {
        var preview = window.preview()
        if preview.isAtArray() { return true }
        guard preview.isAtObject() else { return false }
        if let type = try? preview.peekResourceType(), type == "Bundle" { return true }
        guard let (first, next) = window.firstLine() else { return false }
        var line = first
        do {
            try line.skipValue()
            return false
        } catch {
            return error == .ended && next != nil && next != UInt8(ascii: "{")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Tells a document from lines by looking at the beginning, without taking anything in.
struct FileShape {
    let window: TextWindow
    let lineLimit: Int
    let documentLimit: Int

    /// Whether the text must be read as a whole.
    ///
    /// In a document everything after a fault is lost, so what can be read by lines is: a first
    /// line that is one complete value, and one that is broken but does not go on in the next.
    /// A bundle that is alone in its file is a document too, which numbers its entries.
    func isDocument(progress: (Int) -> Void) throws(IntakeError) -> Bool {
        var preview = window.preview()
        guard preview.isAtArray() || preview.isAtObject() else { return false }
        let isWhole = isBundleOrArray(preview)
        // Only what could be a document may be longer than a line.
        let limit = isWhole ? max(documentLimit, lineLimit) : lineLimit
        guard let first = try window.lineAhead(from: 0, limit: limit, progress: progress) else {
            return false
        }
        guard first.isWhole else { return isWhole }
        guard
            let second = try window.lineAhead(
                from: first.range.upperBound, limit: lineLimit, progress: progress)
        else { return isBundleOrArray(window.scanner(first.range)) }
        var line = window.scanner(first.range)
        do throws(JSONFault) {
            try line.skipValue()
            return false
        } catch {
            guard error == .ended else { return false }
        }
        return try goesOn(first.range, in: second, progress: progress)
    }

    private func isBundleOrArray(_ scanner: JSONScanner) -> Bool {
        var scanner = scanner
        if scanner.isAtArray() { return true }
        guard scanner.isAtObject(), let type = try? scanner.peekResourceType() else {
            return false
        }
        return type == "Bundle"
    }

    /// Whether a first line that ends inside a value is continued by the second.
    ///
    /// The alternative is that it was cut, and that the second line is a record of its own.
    private func goesOn(
        _ first: Range<Int>, in second: TextWindow.LineAhead, progress: (Int) -> Void
    ) throws(IntakeError) -> Bool {
        var next = window.scanner(second.range)
        let startsObject = next.isAtObject()
        var both = window.scanner(first.lowerBound..<second.range.upperBound)
        do throws(JSONFault) {
            try both.skipValue()
        } catch {
            switch error {
            case .ended: break
            // No text goes on over lines.
            case .controlCharacter: return false
            default: return !startsObject
            }
        }
        guard startsObject, second.isWhole else { return true }
        // Cut just where an object may follow, as after "entry":[ the next line fits by chance.
        guard isResource(next) else { return true }
        guard
            let third = try window.lineAhead(
                from: second.range.upperBound, limit: lineLimit, progress: progress)
        else { return false }
        var after = window.scanner(third.range)
        return !after.isAtObject()
    }

    /// Whether a line is one whole object that names its resource type.
    private func isResource(_ line: JSONScanner) -> Bool {
        var line = line
        guard let type = try? line.peekResourceType(), type.count > 0 else { return false }
        do throws(JSONFault) {
            try line.skipValue()
        } catch { return false }
        return line.isAtEnd()
    }
}

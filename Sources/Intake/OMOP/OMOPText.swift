// SPDX-License-Identifier: Apache-2.0

/// The text of a table, wherever it lies: a plain or gzip file, or a member of a ZIP archive.
enum OMOPText {
    case file(InflatedFile)
    case member(ZipMemberText)

    /// Bytes taken from the file so far, packed where it is.
    var bytesRead: Int {
        switch self {
        case .file(let file): file.bytesRead
        case .member(let member): member.bytesRead
        }
    }

    /// Writes up to `capacity` bytes to `target`; 0 only at the end.
    func read(into target: UnsafeMutablePointer<UInt8>, capacity: Int) throws(OMOPError) -> Int {
        switch self {
        case .member(let member): return try member.read(into: target, capacity: capacity)
        case .file(let file):
            do throws(IntakeError) {
                return try file.read(into: target, capacity: capacity)
            } catch {
                throw .source(error)
            }
        }
    }

    static func open(path: String, name: String) throws(OMOPError) -> OMOPText {
        do throws(IntakeError) {
            return .file(try InflatedFile(path: path, name: name))
        } catch {
            throw .source(error)
        }
    }
}

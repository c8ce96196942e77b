// SPDX-License-Identifier: Apache-2.0

/// Finds the patient's bare id in a FHIR reference.
enum PatientReference {
    /// `urn:uuid:X`, `Patient/X`, `http://h/fhir/Patient/X` and `Patient/X/_history/1` all give X.
    static func key(_ reference: ByteText) throws(Rejection) -> ByteText {
        guard reference.count > 0 else { throw .noPatientReference }
        if let key = plain(reference) { return key }
        if reference[0] == UInt8(ascii: "#") { throw .containedReference }
        for prefix in ["urn:uuid:", "urn:oid:"] as [StaticString] where reference.hasPrefix(prefix)
        {
            let key = reference.part(prefix.utf8CodeUnitCount, reference.count)
            guard key.count > 0 else { throw .unreadableReference }
            return key
        }
        var rest = reference
        if let history = position(of: "/_history/", in: rest) { rest = rest.part(0, history) }
        guard let slash = lastSlash(rest) else { throw .unreadableReference }
        let key = rest.part(slash + 1, rest.count)
        var kind = rest.part(0, slash)
        if let before = lastSlash(kind) { kind = kind.part(before + 1, kind.count) }
        guard key.count > 0, !holdsQuery(key), !holdsQuery(kind) else {
            throw .unreadableReference
        }
        guard kind == "Patient" else { throw .notAPatient }
        return key
    }

    /// X of `Patient/X`, the usual form; nil for any other.
    private static func plain(_ reference: ByteText) -> ByteText? {
        let prefix: StaticString = "Patient/"
        let length = prefix.utf8CodeUnitCount
        guard reference.count > length, reference.hasPrefix(prefix) else { return nil }
        for index in length..<reference.count {
            switch reference[index] {
            case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "|"): return nil
            default: continue
            }
        }
        return reference.part(length, reference.count)
    }

    /// The last part of a `fullUrl`: what references inside the bundle call the resource.
    static func bare(_ url: ByteText) -> ByteText? {
        guard url.count > 0 else { return nil }
        var start = url.count
        while start > 0, url[start - 1] != UInt8(ascii: "/"), url[start - 1] != UInt8(ascii: ":") {
            start -= 1
        }
        return start < url.count ? url.part(start, url.count) : nil
    }

    private static func lastSlash(_ text: ByteText) -> Int? {
        (0..<text.count).last { text[$0] == UInt8(ascii: "/") }
    }

    private static func holdsQuery(_ text: ByteText) -> Bool {
        (0..<text.count).contains {
            text[$0] == UInt8(ascii: "?") || text[$0] == UInt8(ascii: "|")
        }
    }

    private static func position(of part: StaticString, in text: ByteText) -> Int? {
        let length = part.utf8CodeUnitCount
        guard text.count >= length else { return nil }
        return (0...text.count - length).first { text.part($0, $0 + length) == part }
    }
}

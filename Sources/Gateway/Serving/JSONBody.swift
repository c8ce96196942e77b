// SPDX-License-Identifier: Apache-2.0
import Foundation
import Hummingbird

/// An optional that is written as `null`, where a client expects the key to be there.
@propertyWrapper
struct Nullable<Value: Encodable & Sendable>: Encodable, Sendable {
    var wrappedValue: Value?

    init(wrappedValue: Value?) {
        self.wrappedValue = wrappedValue
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let wrappedValue {
            try container.encode(wrappedValue)
        } else {
            try container.encodeNil()
        }
    }
}

/// Writes and reads the JSON of the API.
enum JSONBody {
    static let contentType = "application/json; charset=utf-8"

    /// A value as JSON with sorted keys: the same value gives the same bytes.
    static func text(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // A plain struct of texts and finite numbers can always be encoded.
        guard let data = try? encoder.encode(value) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }

    static func response(_ value: some Encodable, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: contentType],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text(value))))
    }

    /// Reads a request body.
    ///
    /// - Throws: `APIError` 400 naming the part that was wrong, never what it held.
    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8])
        throws(APIError) -> Value
    {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let error as APIError {
            throw error
        } catch DecodingError.typeMismatch(let expected, let context) {
            throw .invalid(
                "expected \(word(for: expected)) here", param: path(context.codingPath))
        } catch DecodingError.valueNotFound(let expected, let context) {
            throw .invalid(
                "expected \(word(for: expected)) here, not null", param: path(context.codingPath))
        } catch DecodingError.keyNotFound(let key, let context) {
            throw .invalid(
                "this part of the request is missing", param: path(context.codingPath + [key]))
        } catch DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty {
            throw .invalid(
                "expected a value of the documented kind here", param: path(context.codingPath))
        } catch {
            throw .invalid("the body is not valid JSON", code: "malformed_json")
        }
    }

    /// Keys are those this code asked for, and positions: nothing of the request's own.
    static func path(_ keys: [any CodingKey]) -> String? {
        guard !keys.isEmpty else { return nil }
        return keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }

    private static func word(for type: any Any.Type) -> String {
        switch type {
        case is String.Type: "text"
        case is Bool.Type: "true or false"
        case is Int.Type: "a whole number"
        case is Double.Type: "a number"
        case is [Any].Type: "an array"
        default: "an object or array of the documented shape"
        }
    }
}

extension Request {
    /// The body's bytes.
    ///
    /// - Throws: `APIError` 413 above the limit, before reading where the length is announced.
    func bytes(upTo limit: Int) async throws -> [UInt8] {
        if let announced = headers[.contentLength].flatMap(Int.init), announced > limit {
            throw APIError.bodyTooLarge(limit: limit)
        }
        let buffer = try await body.collect(upTo: limit)
        return Array(buffer.readableBytesView)
    }
}

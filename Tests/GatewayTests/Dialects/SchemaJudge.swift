// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Foundation
import Testing

/// Holds answers to an OpenAPI document: the part of JSON Schema that the gateway's own uses.
struct SchemaJudge: Sendable {
    let document: JSONValue

    /// Records an issue for an undescribed status, media type, header or member.
    func check(_ answer: Answer, _ method: String, _ path: String) throws {
        let operation = try #require(document["paths"]?[path]?[method], "\(method) \(path)")
        let described = try #require(
            operation["responses"]?["\(answer.status)"],
            "\(method) \(path) answered \(answer.status), which is not described")
        let place = "\(method) \(path) \(answer.status)"
        check(headersOf: answer, described["headers"], place)
        let type = answer.header("content-type")?.split(separator: ";").first.map(String.init)
        let media = try #require(
            described["content"]?[type ?? ""], "\(place): \(type ?? "none") is not described")
        guard type == "application/json", let schema = media["schema"] else { return }
        #expect(faults(of: try answer.json(), schema, place) == [])
    }

    private func check(headersOf answer: Answer, _ described: JSONValue?, _ place: String) {
        let sent = Set(answer.headers.map { $0.name.canonicalName })
        let known = described?.keys ?? []
        let plain: Set<String> = ["content-type", "content-length", "date", "server"]
        #expect(sent.subtracting(known).subtracting(plain).isEmpty, "\(place)")
        for name in known where described?[name]?["required"] == .bool(true) {
            #expect(sent.contains(name), "\(place) lacks \(name)")
        }
    }

    /// What does not meet a schema, as places with words.
    func faults(of value: JSONValue, _ schema: JSONValue, _ place: String) -> [String] {
        if let name = schema["$ref"]?.string?.split(separator: "/").last {
            guard let target = document["components"]?["schemas"]?[String(name)] else {
                return ["\(place): no schema \(name)"]
            }
            return faults(of: value, target, place)
        }
        if let choices = schema["anyOf"]?.items, !choices.isEmpty {
            let all = choices.map { faults(of: value, $0, place) }
            return all.contains([]) ? [] : all.min { $0.count < $1.count } ?? []
        }
        if let constant = schema["const"] {
            return constant == value ? [] : ["\(place): not the constant"]
        }
        if let values = schema["enum"]?.items, !values.contains(value) {
            return ["\(place): not in enum"]
        }
        guard isTyped(value, schema["type"]) else { return ["\(place): wrong type"] }
        switch value {
        case .object(let members): return faults(of: members, schema, place)
        case .list(let items):
            guard items.count >= schema["minItems"]?.int ?? 0,
                items.count <= schema["maxItems"]?.int ?? .max
            else { return ["\(place): wrong count"] }
            guard let inner = schema["items"] else { return [] }
            return items.enumerated().flatMap { faults(of: $1, inner, "\(place)[\($0)]") }
        case .text(let text):
            if let pattern = schema["pattern"]?.string,
                text.range(of: pattern, options: .regularExpression) == nil
            {
                return ["\(place): not of the pattern"]
            }
            return []
        case .number(let number):
            let low = schema["minimum"]?.double ?? -.infinity
            let high = schema["maximum"]?.double ?? .infinity
            return (low...high).contains(number) ? [] : ["\(place): out of range"]
        case .null, .bool: return []
        }
    }

    private func faults(of members: [String: JSONValue], _ schema: JSONValue, _ place: String)
        -> [String]
    {
        var found = (schema["required"]?.items ?? []).compactMap(\.string)
            .filter { members[$0] == nil }.map { "\(place): lacks \($0)" }
        for (name, value) in members {
            if let inner = schema["properties"]?[name] {
                found += faults(of: value, inner, "\(place).\(name)")
            } else if schema["additionalProperties"] == .bool(false) {
                found.append("\(place): \(name) is not described")
            } else if let inner = schema["additionalProperties"] {
                found += faults(of: value, inner, "\(place).\(name)")
            }
        }
        return found.sorted()
    }

    private func isTyped(_ value: JSONValue, _ type: JSONValue?) -> Bool {
        guard let type else { return true }
        let names = type.string.map { [$0] } ?? type.items.compactMap(\.string)
        return names.contains { name in
            switch (name, value) {
            case ("null", .null), ("boolean", .bool), ("string", .text), ("array", .list),
                ("object", .object), ("number", .number):
                true
            case ("integer", .number(let number)): number == number.rounded()
            default: false
            }
        }
    }
}

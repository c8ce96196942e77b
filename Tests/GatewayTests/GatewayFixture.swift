// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Site
import Synchronization
import Testing

@testable import Gateway

/// A site of its own in a temporary directory, served in process, without sockets.
struct GatewayFixture: Sendable {
    let service: Service
    let key: String
    private let directory: String
    private let lines = Lines()
    let operations: Operations
    private let responder: RouterResponder<GatewayContext>

    static let principal = "hospital-a"

    /// Runs a test against a fresh site and removes it whatever happens.
    static func serve(
        _ change: (inout GatewaySettings) -> Void = { _ in },
        _ test: (GatewayFixture) async throws -> Void
    ) async throws {
        var settings = GatewaySettings()
        change(&settings)
        let fixture = try await GatewayFixture(settings)
        defer { fixture.remove() }
        try await test(fixture)
    }

    private init(_ settings: GatewaySettings) async throws {
        directory =
            FileManager.default.temporaryDirectory.path
            + "/bedside-gateway-\(UUID().uuidString)"
        let site = try SiteDirectory.create(directory + "/site", name: "Test hospital")
        service = try await Service(site)
        key = try service.keys.create(name: GatewayFixture.principal).key
        let lines = lines
        operations = Operations(
            settings: settings,
            log: LogWriter { lines.add(String(decoding: $0, as: UTF8.self)) },
            ledgerDirectory: service.site.ledgerPath)
        responder = router(service: service, operations: operations).buildResponder()
    }

    /// The model a fresh site serves.
    static func model() async throws -> ServedModel {
        var models: [ServedModel] = []
        try await serve { models = $0.service.models }
        return try #require(models.first)
    }

    /// What the access log holds so far.
    var log: [String] {
        operations.log.flush()
        return lines.all.flatMap { $0.split(separator: "\n").map(String.init) }
    }

    /// Brings in women of whom each has had type 2 diabetes noted once.
    func importWomen(_ count: Int) throws {
        let lines = (1...count).flatMap { number in
            [
                #"{"resourceType":"Patient","id":"p\#(number)","gender":"female","#
                    + #""birthDate":"1960-01-01"}"#,
                #"{"resourceType":"Condition","id":"c\#(number)","#
                    + #""subject":{"reference":"Patient/p\#(number)"},"#
                    + #""code":{"coding":[{"system":"http://snomed.info/sct","#
                    + #""code":"44054006"}]},"onsetDateTime":"2015-03-01"}"#,
            ]
        }
        let file = directory + "/women.ndjson"
        try Files.replace(file, with: Array((lines.joined(separator: "\n") + "\n").utf8))
        _ = try ImportJob(site: service.site).run(file)
    }

    private func remove() {
        service.close()
        try? FileManager.default.removeItem(atPath: directory)
    }

    var authorization: [String: String] { ["authorization": "Bearer \(key)"] }

    /// Sends a request through the router as the server would.
    func send(
        _ method: HTTPRequest.Method, _ path: String, _ headers: [String: String] = [:],
        body: String = "", authority: String? = "127.0.0.1:8080"
    ) async throws -> Answer {
        var fields = HTTPFields()
        for (name, value) in headers {
            fields[try #require(HTTPField.Name(name))] = value
        }
        let request = Request(
            head: HTTPRequest(
                method: method, scheme: "http", authority: authority, path: path,
                headerFields: fields),
            body: RequestBody(buffer: ByteBuffer(string: body)))
        let context = GatewayContext(from: QuietSource())
        let response = try await responder.respond(to: request, context: context)
        let writer = Collector()
        try await response.body.write(writer)
        return Answer(
            status: response.status.code, headers: response.headers, text: writer.pieces.joined,
            pieces: writer.pieces.list)
    }

    func get(_ path: String) async throws -> Answer {
        try await send(.get, path, authorization)
    }

    func post(_ path: String, _ body: String, _ headers: [String: String] = [:]) async throws
        -> Answer
    {
        try await send(
            .post, path, authorization.merging(headers) { _, new in new }, body: body)
    }

    /// A chat request whose last message is `content`, with further members of the body.
    func chat(_ content: String, _ more: String = "", _ headers: [String: String] = [:])
        async throws -> Answer
    {
        try await post(
            "/v1/chat/completions", GatewayFixture.chatBody(content, more), headers)
    }

    static func chatBody(_ content: String, _ more: String = "") -> String {
        let message = JSONBody.text(["role": "user", "content": content])
        return #"{"model":"bedside-panel","messages":[\#(message)]\#(more)}"#
    }

    /// A small case: a woman of 54 with pain.
    static let caseText =
        #"{"age":54,"sex":"female","findings":[{"evidence":"E_53","present":true}]}"#
}

/// What came back.
struct Answer: Sendable {
    var status: Int
    var headers: HTTPFields
    var text: String
    /// The body as it was written, piece by piece.
    var pieces: [String]

    func header(_ name: String) -> String? {
        HTTPField.Name(name).flatMap { headers[$0] }
    }

    func json() throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    }

    /// The JSON of each `data:` line but the last of a chat stream.
    func events() throws -> [JSONValue] {
        try pieces.compactMap { piece in
            let data = piece.split(separator: "\n").first { $0.hasPrefix("data: ") }
            guard let data, data != "data: [DONE]" else { return nil }
            return try JSONDecoder().decode(
                JSONValue.self, from: Data(data.dropFirst("data: ".count).utf8))
        }
    }
}

private struct QuietSource: RequestContextSource {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// Lines of a log, kept.
private final class Lines: Sendable {
    private let list = Mutex<[String]>([])

    var all: [String] { list.withLock { $0 } }

    func add(_ line: String) {
        list.withLock { $0.append(line) }
    }
}

/// Keeps the pieces of a body in the order written.
private struct Collector: ResponseBodyWriter {
    final class Pieces: @unchecked Sendable {
        // Written by one response at a time.
        var list: [String] = []
        var joined: String { list.joined() }
    }

    let pieces = Pieces()

    mutating func write(_ buffer: ByteBuffer) async throws {
        pieces.list.append(String(buffer: buffer))
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

/// JSON to look into.
enum JSONValue: Decodable, Equatable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    subscript(key: String) -> JSONValue? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    subscript(index: Int) -> JSONValue? {
        if case .list(let items) = self, items.indices.contains(index) { items[index] } else { nil }
    }

    var string: String? { if case .text(let text) = self { text } else { nil } }
    var int: Int? { if case .number(let number) = self { Int(exactly: number) } else { nil } }
    var double: Double? { if case .number(let number) = self { number } else { nil } }
    var items: [JSONValue] { if case .list(let items) = self { items } else { [] } }
    var keys: Set<String> { if case .object(let members) = self { Set(members.keys) } else { [] } }
}

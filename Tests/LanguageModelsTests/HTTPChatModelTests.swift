// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import LanguageModels
import Synchronization
import Testing

/// Answers each connection with the next of its texts, byte for byte, and keeps what was asked.
private final class ScriptedServer: Sendable {
    private let listener: Int32
    let port: UInt16
    private let replies: Mutex<[String]>
    private let requests = Mutex<[String]>([])

    init(_ replies: [String]) throws {
        self.replies = Mutex(replies)
        let opened = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(opened, address, size) == 0 && listen(opened, 16) == 0
                    && getsockname(opened, address, &size) == 0
            }
        }
        guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
        listener = opened
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in serve() }
    }

    deinit { close(listener) }

    var asked: [String] { requests.withLock { $0 } }

    private func serve() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { return }
            var bytes = [UInt8](repeating: 0, count: 1 << 16)
            var text = ""
            while true {
                let count = read(connection, &bytes, bytes.count)
                guard count > 0 else { break }
                text += String(decoding: bytes[..<count], as: UTF8.self)
                if isWhole(text) { break }
            }
            requests.withLock { $0.append(text) }
            let reply = replies.withLock { $0.isEmpty ? "" : $0.removeFirst() }
            if reply == "late" { Thread.sleep(forTimeInterval: 2) }
            _ = reply.utf8CString.withUnsafeBytes {
                write(connection, $0.baseAddress, $0.count - 1)
            }
            close(connection)
        }
    }

    private func isWhole(_ text: String) -> Bool {
        guard let end = text.range(of: "\r\n\r\n") else { return false }
        let length = text.lowercased().split(separator: "\r\n")
            .first { $0.hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) }
        return text[end.upperBound...].utf8.count >= length ?? 0
    }

    static func ok(_ body: String) -> String {
        "HTTP/1.1 200 OK\r\ncontent-length: \(body.utf8.count)\r\nconnection: close\r\n\r\n\(body)"
    }

    static func status(_ code: Int) -> String {
        "HTTP/1.1 \(code) Scripted\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    }
}

@Suite("a language model behind an endpoint", .serialized)
struct HTTPChatModelTests {
    private static let fine = """
        {"choices":[{"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}],\
        "usage":{"prompt_tokens":7,"completion_tokens":2}}
        """

    private func complete(
        _ replies: [String], retries: Int = 1, seconds: Double = 1
    ) async throws -> (Result<ChatReply, ChatFailure>, [String]) {
        let server = try ScriptedServer(replies)
        let model = HTTPChatModel(
            name: "scripted", base: "http://127.0.0.1:\(server.port)/v1/", key: "k-123",
            patience: .init(seconds: seconds, retries: retries, pause: 0.01))
        let request = ChatRequest(
            purpose: "test", messages: [ChatMessage(.user, "Guten Tag \"du\"\n")],
            schema: "{\"type\":\"object\"}")
        do throws(ChatFailure) {
            return (.success(try await model.complete(request)), server.asked)
        } catch {
            return (.failure(error), server.asked)
        }
    }

    @Test("sends model, messages, schema and key, and reads text and tokens")
    func plain() async throws {
        let (result, asked) = try await complete([ScriptedServer.ok(Self.fine)])
        #expect(
            result == .success(ChatReply(text: "hello", promptTokens: 7, completionTokens: 2)))
        let text = try #require(asked.first)
        #expect(text.hasPrefix("POST /v1/chat/completions HTTP/1.1"))
        #expect(text.lowercased().contains("authorization: bearer k-123"))
        let body = try #require(text.components(separatedBy: "\r\n\r\n").last)
        let object = try #require(
            JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])
        #expect(object["model"] as? String == "scripted")
        let format = try #require(object["response_format"] as? [String: Any])
        #expect(format["type"] as? String == "json_schema")
    }

    @Test("tries again after an error that may pass, and gives up when it doesn't")
    func retries() async throws {
        let (recovered, twice) = try await complete([
            ScriptedServer.status(503), ScriptedServer.ok(Self.fine),
        ])
        #expect((try? recovered.get())?.text == "hello")
        #expect(twice.count == 2)
        let (lost, tries) = try await complete([
            ScriptedServer.status(500), ScriptedServer.status(429),
        ])
        #expect(lost == .failure(.refusedByServer))
        #expect(tries.count == 2)
    }

    @Test("does not try again what won't change")
    func final() async throws {
        let (refused, once) = try await complete([ScriptedServer.status(401)])
        #expect(refused == .failure(.refusedByServer))
        #expect(once.count == 1)
        let declined = """
            {"choices":[{"message":{"content":null,"refusal":"no"},"finish_reason":"stop"}]}
            """
        let (said, asked) = try await complete([ScriptedServer.ok(declined)])
        #expect(said == .failure(.declined))
        #expect(asked.count == 1)
    }

    @Test("tells malformed, late and unreachable apart")
    func failures() async throws {
        let (malformed, _) = try await complete(
            [ScriptedServer.ok("{not json"), ScriptedServer.ok("[]")])
        #expect(malformed == .failure(.malformed))
        let (late, _) = try await complete(["late"], retries: 0, seconds: 0.3)
        #expect(late == .failure(.timeout))
        let nobody = HTTPChatModel(
            name: "x", base: "http://127.0.0.1:9/v1", key: nil,
            patience: .init(seconds: 1, retries: 0, pause: 0))
        await #expect(throws: ChatFailure.unreachable) {
            try await nobody.complete(ChatRequest(purpose: "test", messages: []))
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Site
import Synchronization
import Testing

@testable import Gateway

/// A site of its own in a temporary directory, served on a port of its own.
struct LiveGateway: Sendable {
    let port: Int
    let key: String
    let directory: SiteDirectory
    private let stop: AsyncStream<Void>.Continuation
    private let server: Task<Void, any Error>

    /// Runs a test against a running server, and stops it whatever happens.
    static func serve(
        at place: String? = nil, _ change: (inout GatewayConfiguration, String) throws -> Void,
        _ test: (LiveGateway) async throws -> Void
    ) async throws {
        let scratch =
            place
            ?? FileManager.default.temporaryDirectory.path + "/bedside-live-\(UUID().uuidString)"
        defer { if place == nil { try? FileManager.default.removeItem(atPath: scratch) } }
        let site = try SiteDirectory.create(
            scratch + "/site", keyDirectory: (place.map { $0 + "-keys" } ?? scratch + "/keys"))
        let service = try await Service(site)
        let key = try service.keys.create(name: "caller").key
        var configuration = GatewayConfiguration()
        configuration.port = 0
        configuration.accessLog = .off
        try change(&configuration, scratch)
        let (stops, stop) = AsyncStream<Void>.makeStream()
        let (ports, announce) = AsyncStream<Int>.makeStream()
        let settings = GatewaySettings(configuration)
        let server = Task {
            defer { announce.finish() }
            try await GatewayServer(service: service, settings: settings).run(
                until: { for await _ in stops { return } }
            ) { announce.yield($0) }
        }
        for await port in ports {
            let live = LiveGateway(
                port: port, key: key, directory: site, stop: stop, server: server)
            do {
                try await test(live)
            } catch {
                stop.yield()
                try? await server.value
                throw error
            }
            stop.yield()
            return try await server.value
        }
        try await server.value
    }

    static func serve(
        _ change: (inout GatewayConfiguration) -> Void = { _ in },
        _ test: (LiveGateway) async throws -> Void
    ) async throws {
        try await serve({ configuration, _ in change(&configuration) }, test)
    }

    /// Tells the server to drain, as SIGTERM does.
    func drain() { stop.yield() }

    /// Ends it at once.
    func cancel() { server.cancel() }

    /// Waits until it has stopped.
    func stopped() async throws { try await server.value }

    /// The lines of a request with a key and a JSON body, but for its length.
    var posting: String {
        "POST /v1/panels/bedside-panel:predict HTTP/1.1\r\nhost: localhost\r\n"
            + "authorization: Bearer \(key)\r\ncontent-type: application/json\r\n"
    }

    /// Sends bytes on a connection of their own and returns all that comes back until it closes.
    func exchange(_ text: String, then rest: [UInt8] = [], times: Int = 1) async throws -> String {
        let port = port
        return try await Background.run {
            let caller = try RawCaller(port: port)
            caller.send(Array(text.utf8))
            for _ in 0..<times where !rest.isEmpty {
                guard caller.send(rest) else { break }
            }
            return caller.receiveAll()
        }
    }

    /// Status of `GET path` on a connection of its own.
    func status(_ path: String) async throws -> Int {
        let answer = try await exchange(
            "GET \(path) HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        return Int(answer.dropFirst("HTTP/1.1 ".count).prefix(3)) ?? 0
    }
}

/// A socket without manners: what it sends is what arrives.
final class RawCaller: Sendable {
    private let socket: Int32

    /// - Parameter lastByte: of the address in 127.0.0.0/24 it calls from.
    init(port: Int, from lastByte: UInt8 = 1) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        // So long only where something is wrong: every test ends by what the server does.
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(
            socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(
            socket, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let own = RawCaller.address(lastByte, 0)
        let other = RawCaller.address(1, port)
        guard RawCaller.with(own, { bind(socket, $0, $1) }) == 0,
            RawCaller.with(other, { connect(socket, $0, $1) }) == 0
        else { throw NoConnection() }
    }

    deinit { close(socket) }

    /// Nobody listens there, or no longer.
    struct NoConnection: Error {}

    private static func address(_ lastByte: UInt8, _ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = (0x7F00_0000 | UInt32(lastByte)).bigEndian
        return address
    }

    private static func with(
        _ address: sockaddr_in, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                call($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Sends everything; false where the other side no longer takes it.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// What has come at the next look; nil at the end.
    func receive() -> String? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &buffer, buffer.count, 0)
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }

    /// All that comes until the other side closes.
    func receiveAll() -> String {
        var text = ""
        while let more = receive() { text += more }
        return text
    }

    /// Whether the other side has closed; does not wait.
    var isClosed: Bool {
        var byte: UInt8 = 0
        let count = recv(
            socket, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
        return count == 0 || count < 0 && errno != EAGAIN
    }
}

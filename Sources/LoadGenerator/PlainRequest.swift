// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One question to a server with its whole answer, for what surrounds a measurement.
package struct PlainRequest: Sendable {
    package var host: String
    package var port: Int
    package var timeoutSeconds = 10.0

    package init(host: String = "127.0.0.1", port: Int) {
        self.host = host
        self.port = port
    }

    /// What came back; status 0 where nothing did.
    package struct Answer: Sendable, Hashable {
        package var status: Int
        package var body: String
    }

    /// Gets a path over a connection of its own.
    package func get(
        _ path: String, headers: [(name: String, value: String)] = []
    ) throws(LoadError) -> Answer {
        var head = "GET \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nConnection: close\r\n"
        for field in headers { head += "\(field.name): \(field.value)\r\n" }
        let received = try exchange(Array((head + "\r\n").utf8))
        return PlainRequest.answer(received)
    }

    /// Sends a request and collects what comes until a response ends or the time is over.
    private func exchange(_ request: [UInt8]) throws(LoadError) -> [UInt8] {
        let descriptor = try SocketAddress(host: host, port: port).connect()
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        let end = Clock.now() + UInt64(timeoutSeconds * 1e9)
        var reader = ResponseReader()
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var received: [UInt8] = []
        var sent = 0
        while Clock.now() < end {
            let wanted = sent < request.count ? POLLOUT : POLLIN
            var entry = pollfd(fd: descriptor, events: Int16(wanted), revents: 0)
            guard poll(&entry, 1, 100) > 0 else { continue }
            if sent < request.count {
                guard case .moved(let count) = Sockets.send(descriptor, request, from: sent) else {
                    return []
                }
                sent += count
                continue
            }
            switch Sockets.receive(descriptor, into: &buffer) {
            case .later: continue
            case .ended, .broken: return reader.end() ? received : []
            case .moved(let count):
                received += buffer[..<count]
                var position = 0
                guard let isWhole = try? reader.read(buffer, from: &position, to: count) else {
                    return []
                }
                if isWhole { return received }
            }
        }
        return []
    }

    /// Splits a whole response; chunks of the transfer are put together.
    private static func answer(_ received: [UInt8]) -> Answer {
        let text = String(decoding: received, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n"), let status = Int(text.dropFirst(9).prefix(3))
        else { return Answer(status: 0, body: "") }
        let head = text[..<end.lowerBound].lowercased()
        var body = String(text[end.upperBound...])
        if head.contains("transfer-encoding: chunked") {
            var rest = Array(body.utf8)[...]
            var whole: [UInt8] = []
            while let newline = rest.firstIndex(of: UInt8(ascii: "\n")),
                let size = Int(
                    String(decoding: rest[..<newline], as: UTF8.self)
                        .trimmingCharacters(in: .whitespacesAndNewlines), radix: 16),
                size > 0, newline + 1 + size + 2 <= rest.endIndex
            {
                whole += rest[(newline + 1)..<(newline + 1 + size)]
                rest = rest[(newline + 1 + size + 2)...]
            }
            body = String(decoding: whole, as: UTF8.self)
        }
        return Answer(status: status, body: body)
    }
}

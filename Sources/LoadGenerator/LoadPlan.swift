// SPDX-License-Identifier: Apache-2.0

/// What to ask a server for, how often, and over how many connections at once.
///
/// Each connection is a caller of its own: it sends a request, waits for the whole answer, and
/// sends the next. Nothing is sent again after a failure; a failed request is an error.
package struct LoadPlan: Sendable {
    /// A request's body, by the request's number.
    package enum Body: Sendable {
        case fixed([UInt8])
        /// A text around ten digits that count the requests: no two are alike, none costs time.
        case numbered(before: String, after: String)
        case made(@Sendable (Int) -> [UInt8])

        static let digits = 10

        /// The bytes of one body.
        package func bytes(_ number: Int) -> [UInt8] {
            switch self {
            case .fixed(let bytes): return bytes
            case .numbered(let before, let after):
                let digits = String(number)
                let zeros = String(repeating: "0", count: max(0, Body.digits - digits.count))
                return Array((before + zeros + digits + after).utf8)
            case .made(let make): return make(number)
            }
        }
    }

    /// When a run ends.
    package enum Length: Sendable, Hashable {
        /// No request begins after so many seconds; those under way are waited for.
        case seconds(Double)
        case requests(Int)
    }

    package var host: String
    package var port: Int
    package var method: String
    package var path: String
    /// Name and value of each field, beside `Host` and `Content-Length`.
    package var headers: [(name: String, value: String)]
    package var body: Body
    package var connections: Int
    package var length: Length
    /// Seconds of the same load before anything is counted.
    package var warmUpSeconds = 0.0
    /// Requests begun a second over all connections; nil sends as fast as answers come.
    ///
    /// A request that comes due while every connection waits is timed from when it was due, so that
    /// a server that stalls is not asked, and counted, less.
    package var pace: Double?
    /// A request without a whole answer after so many seconds has failed.
    package var timeoutSeconds = 10.0
    /// Number of the first request, for bodies that must differ from an earlier run's.
    package var firstNumber = 0

    package init(
        host: String = "127.0.0.1", port: Int, method: String = "POST", path: String,
        headers: [(name: String, value: String)] = [], body: Body = .fixed([]),
        connections: Int = 1, length: Length
    ) {
        self.host = host
        self.port = port
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
        self.connections = connections
        self.length = length
    }

    /// The bytes of one request.
    func request(_ number: Int) -> [UInt8] {
        let body = body.bytes(number)
        var head = "\(method) \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\n"
        for field in headers { head += "\(field.name): \(field.value)\r\n" }
        if !body.isEmpty || method != "GET" { head += "Content-Length: \(body.count)\r\n" }
        return Array((head + "\r\n").utf8) + body
    }

    /// Where the ten digits begin in every request; nil where requests are not only numbered.
    var digitsOffset: Int? {
        guard case .numbered(_, let after) = body else { return nil }
        return request(0).count - after.utf8.count - Body.digits
    }
}

// SPDX-License-Identifier: Apache-2.0
import Glibc

/// An address in the system's own form, of either family.
struct SocketAddress: Sendable {
    private var storage: sockaddr_storage
    private let length: socklen_t
    private let family: Int32

    /// Looks a name up, or reads an address; takes the first answer.
    init(host: String, port: Int) throws(LoadError) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let first = found,
            let address = first.pointee.ai_addr
        else { throw .unknownHost(host) }
        defer { freeaddrinfo(first) }
        storage = sockaddr_storage()
        length = first.pointee.ai_addrlen
        family = first.pointee.ai_family
        withUnsafeMutableBytes(of: &storage) {
            $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(length)))
        }
    }

    /// The port; after listening on port 0, the one that was given.
    static func port(of descriptor: Int32) -> Int {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutableBytes(of: &address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                getsockname(descriptor, $0.baseAddress, &length)
            }
        }
        return status == 0 ? Int(UInt16(bigEndian: address.sin_port)) : 0
    }

    /// A socket that never blocks and sends at once what it is given.
    private func socket() throws(LoadError) -> Int32 {
        let kind = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        let descriptor = Glibc.socket(family, Int32(kind), 0)
        guard descriptor >= 0 else { throw .noSocket(reason: String(cString: strerror(errno))) }
        Sockets.set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY)
        return descriptor
    }

    /// Begins a connection, which is there once the socket can be written to.
    func connect() throws(LoadError) -> Int32 {
        let descriptor = try socket()
        let status = withAddress { Glibc.connect(descriptor, $0, length) }
        guard status == 0 || errno == EINPROGRESS else {
            close(descriptor)
            return -1
        }
        return descriptor
    }

    /// A socket that takes connections.
    func listen() throws(LoadError) -> Int32 {
        let descriptor = try socket()
        Sockets.set(descriptor, SOL_SOCKET, SO_REUSEADDR)
        guard withAddress({ Glibc.bind(descriptor, $0, length) }) == 0,
            Glibc.listen(descriptor, 1024) == 0
        else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw .noSocket(reason: reason)
        }
        return descriptor
    }

    private func withAddress<Result>(_ body: (UnsafePointer<sockaddr>?) -> Result) -> Result {
        withUnsafeBytes(of: storage) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { body($0.baseAddress) }
        }
    }
}

/// Reading and writing without waiting.
enum Sockets {
    /// What an attempt to move bytes came to.
    enum Outcome: Equatable {
        case moved(Int)
        /// Nothing for now.
        case later
        /// The other side ended the connection.
        case ended
        case broken
    }

    static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32) {
        var on: Int32 = 1
        setsockopt(descriptor, level, option, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Sends what fits of the bytes from a position on.
    static func send(_ descriptor: Int32, _ bytes: [UInt8], from position: Int) -> Outcome {
        let sent = bytes.withUnsafeBytes { buffer in
            let rest = UnsafeRawBufferPointer(rebasing: buffer[position...])
            return Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
        }
        if sent >= 0 { return .moved(sent) }
        return errno == EAGAIN || errno == EINTR ? .later : .broken
    }

    /// Receives into a buffer from its beginning.
    static func receive(_ descriptor: Int32, into buffer: inout [UInt8]) -> Outcome {
        let received = buffer.withUnsafeMutableBytes {
            recv(descriptor, $0.baseAddress, $0.count, 0)
        }
        if received > 0 { return .moved(received) }
        if received == 0 { return .ended }
        return errno == EAGAIN || errno == EINTR ? .later : .broken
    }
}

/// The clocks of a run.
enum Clock {
    /// Nanoseconds of a clock that nobody sets.
    static func now() -> UInt64 { read(CLOCK_MONOTONIC) }

    /// CPU nanoseconds of the calling thread.
    static func threadCPU() -> UInt64 { read(CLOCK_THREAD_CPUTIME_ID) }

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

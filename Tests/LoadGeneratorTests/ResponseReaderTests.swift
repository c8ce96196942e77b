// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import LoadGenerator

@Suite("Finding the end of a response")
struct ResponseReaderTests {
    /// Status and whether the connection ends, of each response in a text, read in pieces.
    static func responses(_ text: String, step: Int, ends: Bool = false) throws
        -> [(status: Int, closes: Bool)]
    {
        let bytes = Array(text.utf8)
        var reader = ResponseReader()
        var found: [(Int, Bool)] = []
        for start in stride(from: 0, to: bytes.count, by: step) {
            let piece = Array(bytes[start..<min(bytes.count, start + step)])
            var position = 0
            while position < piece.count {
                if try reader.read(piece, from: &position, to: piece.count) {
                    found.append((reader.status, reader.closes))
                }
            }
        }
        if ends, reader.end() { found.append((reader.status, reader.closes)) }
        #expect(reader.isFresh)
        return found
    }

    static let several = """
        HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello\
        HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\ncontent-length:0\r\n\r\n\
        HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;name=1\r\nWiki\r\nA\r\n\
        0123456789\r\n0\r\nTrailer: 1\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n\
        HTTP/1.1 503 Busy\r\nConnection: keep-alive, Close\r\nCONTENT-LENGTH: 3\r\n\r\nbye
        """

    @Test("lengths, chunks and no bodies end where they end, in pieces of any size")
    func endsInAnyPieces() throws {
        for step in 1...several.utf8.count {
            let found = try ResponseReaderTests.responses(ResponseReaderTests.several, step: step)
            #expect(found.map(\.status) == [200, 404, 200, 204, 503])
            #expect(found.map(\.closes) == [false, false, false, false, true])
        }
    }

    private var several: String { ResponseReaderTests.several }

    @Test("a response without a length ends with its connection")
    func endsWithConnection() throws {
        let text = "HTTP/1.0 200 OK\r\n\r\nall the rest"
        let found = try ResponseReaderTests.responses(text, step: 4, ends: true)
        #expect(found.map(\.status) == [200])
        #expect(found.map(\.closes) == [true])
    }

    @Test(
        "what is not HTTP is a fault",
        arguments: [
            "SSH-2.0-OpenSSH_9\r\n", "HTTP/1.1 2x0 OK\r\n", "HTTP/1.1\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1a\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
        ])
    func faults(_ text: String) {
        let bytes = Array(text.utf8)
        #expect(throws: ResponseReader.Fault()) {
            var reader = ResponseReader()
            var position = 0
            while position < bytes.count {
                _ = try reader.read(bytes, from: &position, to: bytes.count)
            }
        }
    }

    @Test("a line without end is a fault, not memory")
    func endlessLine() {
        let piece = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 15)
        #expect(throws: ResponseReader.Fault()) {
            var reader = ResponseReader()
            for _ in 0..<8 {
                var position = 0
                _ = try reader.read(piece, from: &position, to: piece.count)
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import Site
import Testing

@testable import Gateway

@Suite("TLS")
struct TLSTests {
    /// Files in a directory of their own.
    private func files(_ certificate: String, _ key: String, mode: Int = 0o600) throws
        -> GatewayConfiguration.TLSFiles
    {
        let directory = FileManager.default.temporaryDirectory.path + "/tls-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        let files = GatewayConfiguration.TLSFiles(
            certificate: directory + "/chain.pem", key: directory + "/key.pem")
        try write(certificate, key, to: files, mode: mode)
        return files
    }

    private func write(
        _ certificate: String, _ key: String, to files: GatewayConfiguration.TLSFiles,
        mode: Int = 0o600
    ) throws {
        try certificate.write(toFile: files.certificate, atomically: true, encoding: .utf8)
        try key.write(toFile: files.key, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes(
            [.posixPermissions: mode], ofItemAtPath: files.key)
    }

    private func sentence(_ files: GatewayConfiguration.TLSFiles, now: Date = Date()) -> String {
        do throws(GatewayError) {
            _ = try TLSCertificates(files, now: now)
            return ""
        } catch { return error.sentence }
    }

    @Test("each kind of wrong file has its own sentence, naming the file")
    func saysWhatIsWrong() throws {
        let good = try files(TLSSamples.one, TLSSamples.oneKey)
        #expect(sentence(good) == "")
        var missing = good
        missing.key = "/nowhere/key.pem"
        #expect(sentence(missing).hasPrefix("/nowhere/key.pem: "))
        let mixed = try files(TLSSamples.one, TLSSamples.twoKey)
        #expect(sentence(mixed).contains("is not the private key of \(mixed.certificate)"))
        let swapped = try files(TLSSamples.oneKey, TLSSamples.one)
        #expect(sentence(swapped).contains("expected certificates in PEM"))
        let noKey = try files(TLSSamples.one, "nothing")
        #expect(sentence(noKey).contains("expected a private key in PEM"))
        let open = try files(TLSSamples.one, TLSSamples.oneKey, mode: 0o644)
        #expect(sentence(open).contains("everybody may read"))
        #expect(sentence(good, now: .distantFuture).contains("expired"))
    }

    @Test("renewed files are taken up; a half-made renewal leaves the old ones in force, told once")
    func renews() throws {
        let files = try files(TLSSamples.one, TLSSamples.oneKey)
        let certificates = try TLSCertificates(files)
        let first = certificates.context
        #expect(try certificates.renew() == false)
        try TLSSamples.two.write(toFile: files.certificate, atomically: true, encoding: .utf8)
        #expect(throws: GatewayError.self) { try certificates.renew() }
        #expect(try certificates.renew() == false)
        #expect(certificates.context === first)
        try write(TLSSamples.two, TLSSamples.twoKey, to: files)
        #expect(try certificates.renew())
        #expect(certificates.context !== first)
    }

    /// Asks for `/health` over TLS; the status, or nil where no connection came about.
    private func ask(
        _ port: Int, trusting certificate: String, most: TLSVersion = .tlsv13
    ) async throws -> UInt? {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv1
        tls.maximumTLSVersion = most
        tls.trustRoots = .certificates(
            try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)))
        let client = HTTPClient(configuration: .init(tlsConfiguration: tls))
        let answer = try? await client.execute(
            HTTPClientRequest(url: "https://localhost:\(port)/health"),
            timeout: .seconds(30))
        let status = answer?.status.code
        _ = try? await answer?.body.collect(upTo: 1 << 20)
        try await client.shutdown()
        return status
    }

    @Test("TLS 1.2 and 1.3 are spoken, older ones and plain text are not")
    func serves() async throws {
        let files = try files(TLSSamples.one, TLSSamples.oneKey)
        try await LiveGateway.serve({ $0.tls = files }) { live in
            #expect(try await ask(live.port, trusting: TLSSamples.one) == 200)
            #expect(try await ask(live.port, trusting: TLSSamples.one, most: .tlsv12) == 200)
            #expect(try await ask(live.port, trusting: TLSSamples.one, most: .tlsv11) == nil)
            #expect(try await ask(live.port, trusting: TLSSamples.two) == nil)
            let plain = try await live.exchange("GET /health HTTP/1.1\r\nhost: x\r\n\r\n")
            #expect(!plain.contains("alive"))
            try write(TLSSamples.two, TLSSamples.twoKey, to: files)
            var status: UInt?
            while status != 200 { status = try await ask(live.port, trusting: TLSSamples.two) }
            #expect(try await ask(live.port, trusting: TLSSamples.one) == nil)
        }
    }

    @Test("a server with wrong files does not start, and gives the ledger back")
    func doesNotStart() async throws {
        let files = try files(TLSSamples.one, TLSSamples.twoKey)
        var directory: String?
        await #expect(throws: GatewayError.self) {
            try await LiveGateway.serve({ configuration, place in
                configuration.tls = files
                directory = place
            }) { _ in }
        }
        #expect(directory != nil)
    }
}

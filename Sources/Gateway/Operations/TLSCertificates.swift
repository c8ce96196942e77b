// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOSSL
import Site
import Synchronization

/// The certificate and key the gateway speaks TLS with, read again when the files change.
///
/// Connections that are open go on under the certificate they began with. Renewed files that don't
/// fit together leave the old ones in force, so a half-copied renewal breaks nothing.
final class TLSCertificates: Sendable {
    private struct State {
        var context: NIOSSLContext
        var stamps: [FileStamp?]
    }

    private let files: GatewayConfiguration.TLSFiles
    private let state: Mutex<State>

    /// Reads both files; blocks.
    ///
    /// - Throws: `GatewayError.tls` with one sentence that names the file.
    init(_ files: GatewayConfiguration.TLSFiles, now: Date = Date()) throws(GatewayError) {
        self.files = files
        let stamps = TLSCertificates.stamps(of: files)
        state = Mutex(
            State(context: try TLSCertificates.read(files, now: now), stamps: stamps))
    }

    /// What new connections are set up with.
    var context: NIOSSLContext { state.withLock { $0.context } }

    /// Takes up renewed files; blocks.
    ///
    /// Called about once a second.
    ///
    /// - Returns: true where new ones are in force.
    /// - Throws: `GatewayError.tls`, once for each change; the old ones stay in force.
    func renew(now: Date = Date()) throws(GatewayError) -> Bool {
        let stamps = TLSCertificates.stamps(of: files)
        guard stamps != state.withLock({ $0.stamps }) else { return false }
        state.withLock { $0.stamps = stamps }
        let context = try TLSCertificates.read(files, now: now)
        state.withLock { $0.context = context }
        return true
    }

    private static func stamps(of files: GatewayConfiguration.TLSFiles) -> [FileStamp?] {
        [FileStamp(files.certificate), FileStamp(files.key)]
    }

    private static func read(_ files: GatewayConfiguration.TLSFiles, now: Date)
        throws(GatewayError) -> NIOSSLContext
    {
        for file in [files.certificate, files.key] where access(file, R_OK) != 0 {
            throw .tls(file: file, problem: String(cString: strerror(errno)))
        }
        guard let chain = try? NIOSSLCertificate.fromPEMFile(files.certificate),
            let own = chain.first
        else {
            throw .tls(file: files.certificate, problem: "expected certificates in PEM")
        }
        guard Date(timeIntervalSince1970: Double(own.notValidAfter)) > now else {
            throw .tls(file: files.certificate, problem: "the certificate has expired")
        }
        guard FileStamp(files.key)?.isOpenToAll == false else {
            throw .tls(
                file: files.key, problem: "everybody may read this private key (chmod o= it)")
        }
        guard let key = try? NIOSSLPrivateKey(file: files.key, format: .pem) else {
            throw .tls(
                file: files.key, problem: "expected a private key in PEM, without passphrase")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .tls(
                file: files.key, problem: "is not the private key of \(files.certificate)")
        }
    }
}

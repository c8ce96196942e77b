// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Site

/// One visitor of the pages: a random name in a signed cookie, and the token of their forms.
///
/// Nothing is stored: both are checked by computing them again. A restart ends all sessions.
struct Session: Sendable, Equatable {
    let id: String
    /// What a form must send back: another site's page can make a browser post, but can't read it.
    let token: String
    /// The cookie's value.
    let cookie: String
}

/// The key under which sessions are signed, made when the server starts and never written down.
struct SessionKey: Sendable {
    static let cookieName = "bedside_session"

    private let key = SymmetricKey(size: .bits256)

    /// A session for a visitor who has none.
    func open() -> Session {
        session(id: SymmetricKey(size: .bits128).withUnsafeBytes { Files.hex($0) })
    }

    /// The session of a cookie's value; nil where it was not signed here.
    func session(cookie: String) -> Session? {
        let parts = cookie.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let session = session(id: String(parts[0]))
        return SessionKey.isEqual(session.cookie, cookie) ? session : nil
    }

    /// Whether a form's token belongs to a session.
    func accepts(token: String, in session: Session) -> Bool {
        SessionKey.isEqual(token, session.token)
    }

    private func session(id: String) -> Session {
        Session(
            id: id, token: code("form", id), cookie: "\(id).\(code("cookie", id))")
    }

    private func code(_ purpose: String, _ id: String) -> String {
        Files.hex(
            HMAC<SHA256>.authenticationCode(for: Data("\(purpose)\n\(id)".utf8), using: key))
    }

    /// Compares in a time that doesn't tell where two texts of one length differ.
    private static func isEqual(_ first: String, _ second: String) -> Bool {
        let first = Array(first.utf8)
        let second = Array(second.utf8)
        guard first.count == second.count else { return false }
        return zip(first, second).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

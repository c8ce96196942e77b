// SPDX-License-Identifier: Apache-2.0
import Foundation
package import Site

/// An OpenAI-compatible endpoint that is offered under this site's keys, budgets and ledger.
package struct Upstream: Sendable, Equatable {
    /// The model's name here; `NAME/model` asks the endpoint for one of its models by name.
    package let name: String
    /// Address up to and including the version, such as `https://api.example.org/v1`.
    package let base: String
    /// Its own names of the models it may be asked for; empty lets every name through.
    package let models: [String]
    /// The most completion tokens where the caller names no number: sent along, and held.
    package let tokenCap: Int
    /// The endpoint's own key; `Secret` keeps it out of logs and descriptions.
    let key: Secret?
    /// Where it is, if it speaks plain HTTP.
    let plainAddress: PlainAddress?
    /// The path of its base address, without the slash at its end.
    let plainPath: String

    /// - Parameters:
    ///   - name: 1 to 64 letters, digits, dots, hyphens and underscores.
    ///   - base: `http://` or `https://`, without user, query or fragment.
    ///   - key: the endpoint's own key; nil sends none.
    /// - Throws: `UpstreamError` for a name or address that can't be used.
    package init(
        name: String, base: String, key: String? = nil, models: [String] = [],
        tokenCap: Int = 4096
    ) throws(UpstreamError) {
        guard KeyName.isValid(name) else { throw .badName(name: String(name.prefix(64))) }
        guard let url = URLComponents(string: base), ["http", "https"].contains(url.scheme),
            let host = url.host, !host.isEmpty, url.user == nil, url.password == nil,
            url.query == nil, url.fragment == nil
        else { throw .badAddress(name: name) }
        self.name = name
        self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
        self.models = models
        self.tokenCap = max(1, tokenCap)
        self.key = key.map { Secret(text: $0) }
        plainPath =
            url.percentEncodedPath.hasSuffix("/")
            ? String(url.percentEncodedPath.dropLast()) : url.percentEncodedPath
        plainAddress = url.scheme == "http" ? PlainAddress(host: host, port: url.port ?? 80) : nil
    }

    /// An upstream as `--upstream NAME=URL` gives it.
    ///
    /// Its key comes from the environment, `BEDSIDE_UPSTREAM_KEY_NAME` with the name in capitals and
    /// `_` for what is neither letter nor digit.
    package init(
        argument: String, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(UpstreamError) {
        guard let equals = argument.firstIndex(of: "=") else { throw .badArgument }
        let name = String(argument[..<equals])
        let key = environment[Upstream.keyVariable(of: name)]
        try self.init(
            name: name, base: String(argument[argument.index(after: equals)...]),
            key: key.flatMap { $0.isEmpty ? nil : $0 })
    }

    /// An upstream as `gateway.upstreams` of `site.yaml` gives it.
    ///
    /// - Throws: `UpstreamError.noKey` where its key file or variable holds none.
    package init(
        configured: GatewayConfiguration.Upstream,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(UpstreamError) {
        var key: String?
        if let file = configured.keyFile {
            key = (try? Files.readText(file))?.trimmingCharacters(in: .whitespacesAndNewlines)
            if key?.isEmpty ?? true { throw .noKey(name: configured.name) }
        } else if let variable = configured.keyEnvironment {
            key = environment[variable]
            if key?.isEmpty ?? true { throw .noKey(name: configured.name) }
        }
        try self.init(
            name: configured.name, base: configured.url, key: key, models: configured.models)
    }

    /// The environment variable that may hold an upstream's key.
    package static func keyVariable(of name: String) -> String {
        let letters = name.uppercased().map {
            $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_"
        }
        return "BEDSIDE_UPSTREAM_KEY_" + String(letters)
    }

    /// The endpoint's name of a model this upstream serves under `model`; nil where it serves none
    /// of that name.
    func upstreamModel(for model: String) -> String? {
        if model == name { return models.first ?? name }
        if models.contains(model) { return model }
        guard model.hasPrefix(name + "/") else { return nil }
        let rest = String(model.dropFirst(name.count + 1))
        guard Upstream.isModelName(rest), models.isEmpty || models.contains(rest) else {
            return nil
        }
        return rest
    }

    /// A caller's words enter the ledger as a model's name: nothing but a name may.
    private static func isModelName(_ text: String) -> Bool {
        (1...80).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || [0x2D, 0x2E, 0x2F, 0x3A, 0x40, 0x5F].contains(byte)
            }
    }
}

/// Host and port of an endpoint without TLS.
struct PlainAddress: Sendable, Hashable {
    let host: String
    let port: Int
}

/// A key that does not show when it is printed.
struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    let text: String

    var description: String { "‹redacted›" }
    var debugDescription: String { "‹redacted›" }
    /// Nothing to look into.
    var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why an upstream can't be used.
package enum UpstreamError: Error, Equatable, Sendable, CustomStringConvertible {
    /// `--upstream` without an equals sign.
    case badArgument
    case badName(name: String)
    case badAddress(name: String)
    /// Two upstreams of one name, or one that is named as a model of the hospital's own.
    case nameTaken(name: String)
    /// The file or variable that `site.yaml` names holds no key.
    case noKey(name: String)

    /// One sentence for whoever starts the server.
    package var sentence: String {
        switch self {
        case .badArgument:
            "--upstream: expected NAME=URL, such as chat=http://127.0.0.1:8000/v1"
        case .badName(let name):
            "upstream \(name): an upstream's name is \(KeyName.rule)"
        case .badAddress(let name):
            "upstream \(name): expected an address such as https://host/v1, without user, key or "
                + "query in it"
        case .noKey(let name):
            "upstream \(name): the file or variable named in site.yaml holds no key"
        case .nameTaken(let name):
            "upstream \(name): another model or upstream has this name; choose another"
        }
    }

    package var description: String { sentence }
}

/// The upstreams of a gateway, by the names of the models they serve.
package struct Upstreams: Sendable {
    package let list: [Upstream]
    private let byName: [String: Upstream]

    /// - Parameter taken: names of the hospital's own models.
    /// - Throws: `UpstreamError.nameTaken`.
    package init(_ list: [Upstream] = [], taken: [String] = []) throws(UpstreamError) {
        var byName: [String: Upstream] = [:]
        for upstream in list {
            for name in Set([upstream.name] + upstream.models) {
                guard byName[name] == nil, !taken.contains(name) else {
                    throw .nameTaken(name: name)
                }
                byName[name] = upstream
            }
        }
        self.list = list
        self.byName = byName
    }

    /// No upstream is configured.
    package static let none = Upstreams()

    private init() {
        list = []
        byName = [:]
    }

    /// The upstream that serves a model, and the model's name there.
    func serving(_ model: String) -> (upstream: Upstream, model: String)? {
        guard !list.isEmpty else { return nil }
        let upstream =
            byName[model]
            ?? model.firstIndex(of: "/").flatMap { byName[String(model[..<$0])] }
        guard let upstream, let name = upstream.upstreamModel(for: model) else { return nil }
        return (upstream, name)
    }

    /// What `/v1/models` lists of them.
    package var listed: [ServedModel] {
        list.flatMap { upstream in
            ([upstream.name] + upstream.models).reduce(into: [String]()) { names, name in
                if !names.contains(name) { names.append(name) }
            }.map { Upstreams.served($0, by: upstream, as: upstream.upstreamModel(for: $0) ?? $0) }
        }
    }

    /// A model of an upstream, as the desk and the ledger know it.
    ///
    /// - Parameter name: its name there; the version, for the endpoint tells no other beforehand.
    static func served(_ id: String, by upstream: Upstream, as name: String) -> ServedModel {
        ServedModel(
            id: id, version: "\(upstream.name)/\(name)", digest: "", created: 0,
            owner: upstream.name, summary: "Passed on to \(upstream.name).")
    }
}

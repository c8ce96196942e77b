// SPDX-License-Identifier: Apache-2.0

/// The addresses of the workbench, each in one place.
package enum Place: String, Sendable, CaseIterable {
    case overview = "/"
    case workUp = "/work-up"
    case play = "/play"
    case cohort = "/cohort"
    case discover = "/discover"
    case models = "/catalogue"
    case keys = "/keys"
    case usage = "/usage"
    case invoices = "/invoices"
    case ledger = "/ledger"
    case whoSaw = "/who-saw"
    case api = "/api"

    /// Where the Verify button posts.
    package static let verification = "/ledger/verify"
    /// Where the file of who saw what is asked for.
    package static let whoSawExport = "/who-saw/export"
    /// The live part of the usage page, as JSON.
    package static let usageLive = "/usage/live"
    /// Proof that an older tree is the beginning of today's, as JSON.
    package static let consistency = "/proofs/consistency"
    /// The machine's description of the API.
    package static let openAPI = "/openapi.json"
    /// What precedes the names of `WorkbenchAssets`.
    package static let assets = "/assets/"

    /// One case in play; its forms answer at the newest answer.
    package static func play(_ id: String) -> String { "/play/\(id)#focus" }

    /// The page of one ledger entry.
    package static func entry(_ index: Int) -> String { "/ledger/\(index)" }

    /// The proof of one ledger entry, as JSON; its record's bytes are at `record`.
    package static func proof(_ index: Int) -> String { "/proofs/\(index)" }

    /// The bytes of one ledger entry, as hashed.
    package static func record(_ index: Int) -> String { "/proofs/\(index)/record" }

    var name: String {
        switch self {
        case .overview: "Overview"
        case .workUp: "Work-up"
        case .play: "Play"
        case .cohort: "Cohort"
        case .discover: "Discover"
        case .models: "Models"
        case .keys: "Keys"
        case .usage: "Usage"
        case .invoices: "Invoices"
        case .ledger: "Ledger"
        case .whoSaw: "Who saw what"
        case .api: "API"
        }
    }
}

/// The two halves of the workbench, as the navigation lists them.
enum PlaceGroup: String, CaseIterable {
    case clinic = "Clinic"
    case gateway = "Gateway"

    var places: [Place] {
        switch self {
        case .clinic: [.overview, .workUp, .play, .cohort, .discover]
        case .gateway: [.models, .keys, .usage, .invoices, .ledger, .whoSaw, .api]
        }
    }
}

/// An address and what it asks for, escaped as addresses are.
///
/// - Parameter query: names of this code with their values; those that are nil or empty are left out.
func address(_ path: String, _ query: KeyValuePairs<StaticString, String?>) -> String {
    var parts: [String] = []
    for case (let name, let value?) in query where !value.isEmpty {
        parts.append("\(name)=\(AddressText.escaped(value))")
    }
    return parts.isEmpty ? path : path + "?" + parts.joined(separator: "&")
}

/// Text as a part of an address.
enum AddressText {
    private static let digits = Array("0123456789ABCDEF")

    static func escaped(_ text: String) -> String {
        text.utf8.reduce(into: "") { result, byte in
            if isPlain(Unicode.Scalar(byte)) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
    }

    /// Letters, digits, `-` and `_` mean themselves anywhere.
    static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-", "_": true
        default: false
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Yams

/// What `site.yaml` may say, with the defaults that hold where it says nothing.
///
/// Unknown keys are refused with the nearest known one, so that a typing error in a privacy
/// setting is never silently a default.
package struct Configuration: Sendable, Equatable {
    /// What the site is called on pages and receipts.
    package var name = "hospital"
    /// Release profile for structured data: `safe-harbor+intervals` or `limited-data-set`.
    package var profile = "safe-harbor+intervals"
    /// Officer who signed the profile's local policy; empty until somebody has.
    package var signer = ""
    /// Key files live here, outside the site.
    package var keyDirectory = ""
    /// The ledger's name in its checkpoints; changing it breaks the signatures of old ones.
    package var ledgerOrigin = ""
    /// Counts of 1 up to one less than this are hidden.
    package var smallCell = 11
    /// Price of one prediction in millionths of `currency`.
    package var predictionMicros = 20_000
    package var currency = "USD"
    /// Smallest likelihood the panel believes of any answer; see `PanelSettings`.
    package var likelihoodFloor = 0.02
    /// Posterior at which the panel commits.
    package var stopProbability = 0.95
    package var maxQuestions = 30

    package init() {}

    /// The keys of `site.yaml` and how each is read into the configuration.
    private static let readers: [String: @Sendable (inout Configuration, Node) -> String?] = [
        "name": { text($1, into: &$0.name) },
        "profile": { text($1, into: &$0.profile) },
        "signer": { text($1, into: &$0.signer) },
        "key_directory": { text($1, into: &$0.keyDirectory) },
        "ledger_origin": { text($1, into: &$0.ledgerOrigin) },
        "small_cell": { whole($1, 2...1000, into: &$0.smallCell) },
        "prediction_micros": { whole($1, 0...1_000_000_000_000, into: &$0.predictionMicros) },
        "currency": { text($1, into: &$0.currency) },
        "likelihood_floor": { share($1, 0.000_001...0.4, into: &$0.likelihoodFloor) },
        "stop_probability": { share($1, 0.5...0.999_999, into: &$0.stopProbability) },
        "max_questions": { whole($1, 1...208, into: &$0.maxQuestions) },
    ]

    /// Reads a `site.yaml`.
    ///
    /// - Throws: `SiteError.badConfiguration` naming file, line and what was expected.
    package static func read(_ path: String) throws(SiteError) -> Configuration {
        let text = try Files.readText(path)
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw .badConfiguration(
                file: path, line: line(of: error), expected: "not valid YAML; expected key: value")
        } catch {
            throw .badConfiguration(file: path, line: nil, expected: "not valid YAML")
        }
        guard let root, case .mapping(let mapping) = root else {
            throw .badConfiguration(file: path, line: 1, expected: "expected lines of key: value")
        }
        var configuration = Configuration()
        for (key, value) in mapping {
            let name = key.string ?? ""
            guard let read = readers[name] else {
                let known = NearestWord.to(name, among: readers.keys.sorted())
                throw .badConfiguration(
                    file: path, line: key.mark?.line,
                    expected: "unknown key \(name.prefix(40)); did you mean \(known)?")
            }
            if let expected = read(&configuration, value) {
                throw .badConfiguration(
                    file: path, line: value.mark?.line, expected: "\(name): expected \(expected)")
            }
        }
        return configuration
    }

    /// The file `bedside init` writes: every key, each with what it means.
    package var yaml: String {
        """
        # What this site is called on pages and receipts.
        name: \(Configuration.quoted(name))
        # Release profile for structured data.
        profile: \(profile)
        # Officer who signed the local policy on day offsets; leave empty until somebody has.
        signer: \(Configuration.quoted(signer))
        # Directory of the key files; it must stay outside the site.
        key_directory: \(Configuration.quoted(keyDirectory))
        # The ledger's name in its checkpoints; never change it.
        ledger_origin: \(Configuration.quoted(ledgerOrigin))
        # Counts from 1 up to one less than this are hidden.
        small_cell: \(smallCell)
        # Price of one prediction, in millionths of the currency.
        prediction_micros: \(predictionMicros)
        currency: \(currency)
        # The panel: smallest likelihood believed of any answer, posterior at which it commits.
        likelihood_floor: \(likelihoodFloor)
        stop_probability: \(stopProbability)
        max_questions: \(maxQuestions)

        """
    }

    private static func quoted(_ text: String) -> String {
        "\""
            + text.replacingOccurrences(of: "\\", with: "\\\\")
            .replacingOccurrences(of: "\"", with: "\\\"") + "\""
    }

    private static func line(of error: YamlError) -> Int? {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
            mark.line
        default: nil
        }
    }

    private static func text(_ node: Node, into field: inout String) -> String? {
        guard let string = node.string else { return "text" }
        field = string
        return nil
    }

    private static func whole(_ node: Node, _ range: ClosedRange<Int>, into field: inout Int)
        -> String?
    {
        guard let value = node.int, range.contains(value) else {
            return "a whole number from \(range.lowerBound) to \(range.upperBound)"
        }
        field = value
        return nil
    }

    private static func share(_ node: Node, _ range: ClosedRange<Double>, into field: inout Double)
        -> String?
    {
        guard let value = node.float, range.contains(value) else {
            return "a number from \(range.lowerBound) to \(range.upperBound)"
        }
        field = value
        return nil
    }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation
import Yams

/// What `site.yaml` may say, with the defaults that hold where it says nothing.
///
/// Unknown keys are refused with the nearest known one, so that a typing error in a privacy
/// setting is never silently a default. Sections inside it follow the same rule.
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
    /// Where the gateway listens and what it lets through.
    package var gateway = GatewayConfiguration()

    package init() {}

    /// The keys of `site.yaml` and where each is read to.
    private static let schema = ConfigurationSchema<Configuration>()
        .text("name", \.name)
        .text("profile", \.profile)
        .text("signer", \.signer)
        .text("key_directory", \.keyDirectory)
        .text("ledger_origin", \.ledgerOrigin)
        .whole("small_cell", 2...1000, \.smallCell)
        .whole("prediction_micros", 0...1_000_000_000_000, \.predictionMicros)
        .text("currency", \.currency)
        .number("likelihood_floor", 0.000_001...0.4, \.likelihoodFloor)
        .number("stop_probability", 0.5...0.999_999, \.stopProbability)
        .whole("max_questions", 1...208, \.maxQuestions)
        .section("gateway", \.gateway, GatewayConfiguration.schema)

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
        guard let root else {
            throw .badConfiguration(file: path, line: 1, expected: "expected lines of key: value")
        }
        var configuration = Configuration()
        do throws(ConfigurationProblem) {
            try schema.read(root, into: &configuration)
        } catch {
            throw .badConfiguration(file: path, line: error.line, expected: error.expected)
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
        \(gateway.yaml)
        """
    }

    static func quoted(_ text: String) -> String {
        "\""
            + text.replacingOccurrences(of: "\\", with: "\\\\")
            .replacingOccurrences(of: "\"", with: "\\\"") + "\""
    }

    static func line(of error: YamlError) -> Int? {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
            mark.line
        default: nil
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Why a site could not do what was asked; every case says what the person can do, none holds
/// patient data.
package enum SiteError: Error, Equatable, Sendable {
    /// There is no `site.yaml` in the directory.
    case notASite(directory: String)
    /// The directory already holds a site.
    case alreadyASite(directory: String)
    /// The directory holds other things and would be mixed up with them.
    case directoryNotEmpty(directory: String)
    /// A line of `site.yaml`, a definition or an argument is not what was expected.
    case badConfiguration(file: String, line: Int?, expected: String)
    /// The site has no timelines yet.
    case nothingImported(directory: String)
    /// Another process is changing the same site.
    case busy(directory: String)
    /// The operating system refused to read or write.
    case fileSystem(path: String, reason: String)
    /// A stage refused, in its own words.
    case refused(String)
    /// No model of that name is served.
    case unknownModel(String)
    /// The same idempotency key is being answered right now.
    case callInProgress
    /// The same idempotency key came with a different request.
    case idempotencyKeyReused
    /// The same idempotency key was answered by a model version that is no longer served.
    case answeredByAnotherVersion
    /// The ledger could not record the call, so it was not answered.
    case notRecorded(String)
    /// The caller's licence does not cover the call; `code` is for machines.
    case notLicensed(code: String, sentence: String)
    /// The patient, setting or use is outside what the model is for: no answer, but an entry.
    case outsideIntendedUse(reasons: [String], receipt: Receipt)
    /// Too many requests or tokens in a short time; `kind` is `requests` or `tokens`.
    case rateLimited(kind: String, retryAfterMilliseconds: Int)
    /// What is left of a budget does not cover the worst case of the call; `scope` such as
    /// `team:cardiology`.
    case budgetExhausted(scope: String)

    /// One sentence for the person who can act.
    package var sentence: String {
        switch self {
        case .notASite(let directory):
            "\(directory): no site here (expected a site.yaml; make one with bedside init --site DIR)"
        case .alreadyASite(let directory):
            "\(directory): already holds a site; nothing was changed"
        case .directoryNotEmpty(let directory):
            "\(directory): not empty; a new site needs a new or empty directory"
        case .badConfiguration(let file, let line, let expected):
            "\(file)\(line.map { ":\($0)" } ?? ""): \(expected)"
        case .nothingImported(let directory):
            "\(directory): no timelines yet (bring records in with bedside import --site DIR PATH)"
        case .busy(let directory):
            "\(directory): another process is changing this site; try again when it has finished"
        case .fileSystem(let path, let reason):
            "\(path): \(reason)"
        case .refused(let sentence):
            sentence
        case .unknownModel(let name):
            "no model named \(name.prefix(80)) is served here (ask GET /v1/models)"
        case .callInProgress:
            "a call with this idempotency key is being answered; try again in a second"
        case .idempotencyKeyReused:
            "this idempotency key was used for a different request; use a new key"
        case .answeredByAnotherVersion:
            "this idempotency key was answered by another version of the model; use a new key"
        case .notRecorded(let reason):
            "the ledger could not record the call, so it was not answered: \(reason)"
        case .notLicensed(_, let sentence):
            sentence
        case .outsideIntendedUse(let reasons, _):
            "outside the model's intended use: \(reasons.joined(separator: "; "))"
        case .rateLimited(let kind, let milliseconds):
            "too many \(kind) in a short time; try again in \((milliseconds + 999) / 1000) s"
        case .budgetExhausted(let scope):
            "the budget of \(scope) does not cover this call; raise it with bedside budget set"
        }
    }
}

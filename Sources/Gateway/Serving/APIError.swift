// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import Site

/// A refusal as the caller sees it, in the shape every OpenAI client reads:
/// `{"error":{"message","type","param","code"}}`.
///
/// Messages are written for the caller and never repeat what the caller sent.
struct APIError: Error, Equatable, Sendable {
    var status: HTTPResponse.Status
    var type: String
    var code: String?
    /// The part of the request that was wrong, such as `messages.0.role`.
    var param: String?
    var message: String
    /// Seconds after which the same request may succeed.
    var retryAfter: Int?

    static func invalid(_ message: String, param: String? = nil, code: String? = nil) -> APIError {
        APIError(
            status: .badRequest, type: "invalid_request_error", code: code, param: param,
            message: message)
    }

    static let invalidKey = APIError(
        status: .unauthorized, type: "invalid_request_error", code: "invalid_api_key",
        message: "no valid key came with the request: send Authorization: Bearer KEY, or api-key: "
            + "KEY (make one with bedside key create)")

    static let unknownRoute = APIError(
        status: .notFound, type: "invalid_request_error", code: "unknown_url",
        message: "nothing is served at this address with this method")

    static func bodyTooLarge(limit: Int) -> APIError {
        APIError(
            status: .contentTooLarge, type: "invalid_request_error", code: "request_too_large",
            message: "the request body may hold up to \(limit) bytes")
    }

    static let unknownModel = APIError(
        status: .notFound, type: "invalid_request_error", code: "model_not_found", param: "model",
        message: "no model of that name is served here; GET /v1/models lists what is")

    static let notOnRecord = APIError(
        status: .notFound, type: "invalid_request_error", code: "not_on_record", param: "index",
        message: "the ledger has no entry of that number yet")

    static let unexpected = APIError(
        status: .internalServerError, type: "server_error", code: "internal_error",
        message: "the gateway could not answer; its log names the request by x-request-id")
}

extension APIError {
    /// The one table from what a site refuses to what a caller is told.
    ///
    /// Sentences about files and directories stay on this side: they help the hospital, not the
    /// caller.
    init(_ error: SiteError) {
        switch error {
        case .unknownModel:
            self = .unknownModel
        case .callInProgress:
            self.init(
                status: .conflict, type: "invalid_request_error", code: "call_in_progress",
                message: error.sentence, retryAfter: 1)
        case .idempotencyKeyReused:
            self.init(
                status: .unprocessableContent, type: "invalid_request_error",
                code: "idempotency_key_reused", message: error.sentence)
        case .answeredByAnotherVersion:
            self.init(
                status: .conflict, type: "invalid_request_error",
                code: "answered_by_another_version", message: error.sentence)
        case .notRecorded:
            self.init(
                status: .serviceUnavailable, type: "server_error", code: "not_recorded",
                message: "the ledger could not record the call, so it was not answered",
                retryAfter: 5)
        case .busy:
            self.init(
                status: .serviceUnavailable, type: "server_error", code: "busy",
                message: "the site is being changed; try again when that has finished",
                retryAfter: 5)
        case .nothingImported:
            self.init(
                status: .conflict, type: "invalid_request_error", code: "nothing_imported",
                message: "the site has no timelines yet")
        case .notASite, .alreadyASite, .directoryNotEmpty, .badConfiguration, .fileSystem,
            .refused:
            self = .unexpected
        }
    }

    /// What any thrown error becomes; `bodyLimit` is for the one Hummingbird throws by itself.
    init(thrown error: any Error, bodyLimit: Int) {
        switch error {
        case let error as APIError: self = error
        case let error as SiteError: self = APIError(error)
        case let error as any HTTPResponseError:
            switch error.status {
            case .notFound: self = .unknownRoute
            case .contentTooLarge: self = .bodyTooLarge(limit: bodyLimit)
            case let status where (400..<500).contains(status.code):
                self = APIError(
                    status: status, type: "invalid_request_error",
                    message: "the request could not be read")
            default: self = .unexpected
            }
        default: self = .unexpected
        }
    }

    /// The error as a response.
    var response: Response {
        var response = JSONBody.response(
            ErrorBody(
                error: .init(message: message, type: type, param: param, code: code)),
            status: status)
        if let retryAfter { response.headers[HeaderName.retryAfter] = "\(retryAfter)" }
        if status == .unauthorized { response.headers[HeaderName.authenticate] = "Bearer" }
        return response
    }
}

/// The JSON of a refusal.
private struct ErrorBody: Encodable {
    struct Content: Encodable {
        var message: String
        var type: String
        @Nullable var param: String?
        @Nullable var code: String?
    }

    var error: Content
}

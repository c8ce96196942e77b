// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import NIOHTTP1
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
    /// Whether a client should try again by itself; nil says nothing.
    var shouldRetry: Bool?

    static func invalid(_ message: String, param: String? = nil, code: String? = nil) -> APIError {
        APIError(
            status: .badRequest, type: "invalid_request_error", code: code, param: param,
            message: message)
    }

    /// A well-formed request for something this model does not do.
    static func unserved(_ message: String, param: String) -> APIError {
        APIError(
            status: .unprocessableContent, type: "invalid_request_error",
            code: "unsupported_value", param: param, message: message)
    }

    /// An address of the OpenAI interface that is not served.
    static let unsupportedEndpoint = APIError(
        status: .notFound, type: "invalid_request_error", code: "unsupported_endpoint",
        message: "this is not served here: the models answer chat/completions, responses and "
            + "/v1/panels/{model}:predict; see /openapi.json", shouldRetry: false)

    static let invalidKey = APIError(
        status: .unauthorized, type: "invalid_request_error", code: "invalid_api_key",
        message: "no valid key came with the request: send Authorization: Bearer KEY, or api-key: "
            + "KEY (make one with bedside key create)")

    static let unknownRoute = APIError(
        status: .notFound, type: "invalid_request_error", code: "unknown_url",
        message: "nothing is served at this address with this method")

    static let methodNotAllowed = APIError(
        status: .methodNotAllowed, type: "invalid_request_error", code: "method_not_allowed",
        message: "this address is served with other methods only; the header allow names them")

    static func bodyTooLarge(limit: Int) -> APIError {
        APIError(
            status: .contentTooLarge, type: "invalid_request_error", code: "request_too_large",
            message: "the request body may hold up to \(limit) bytes")
    }

    static func uriTooLong(limit: Int) -> APIError {
        APIError(
            status: .uriTooLong, type: "invalid_request_error", code: "address_too_long",
            message: "an address may be up to \(limit) bytes long")
    }

    static let headersTooLarge = APIError(
        status: .requestHeaderFieldsTooLarge, type: "invalid_request_error",
        code: "headers_too_large", message: "the request has more, or longer, headers than allowed")

    static let notHTTP = APIError(
        status: .badRequest, type: "invalid_request_error", code: "not_http",
        message: "what was sent is not a valid HTTP/1.1 request")

    static let tooSlow = APIError(
        status: .requestTimeout, type: "invalid_request_error", code: "request_timeout",
        message: "the request took too long to arrive")

    static let overloaded = APIError(
        status: .serviceUnavailable, type: "server_error", code: "overloaded",
        message: "too many large requests are being read; try again", retryAfter: 1)

    static let unknownModel = APIError(
        status: .notFound, type: "invalid_request_error", code: "model_not_found", param: "model",
        message: "no model of that name is served here; GET /v1/models lists what is")

    static let notOnRecord = APIError(
        status: .notFound, type: "invalid_request_error", code: "not_on_record", param: "index",
        message: "the ledger has no entry of that number yet")

    static let retired = APIError(
        status: .gone, type: "invalid_request_error", code: "retired",
        message: "these records were deleted by policy; GET /retired has the signed statement")

    static let ledgerUnavailable = APIError(
        status: .serviceUnavailable, type: "server_error", code: "ledger_unavailable",
        message: "the ledger could not be read", retryAfter: 5)

    /// A valid key that does not open this.
    static func outsideScope(_ scope: KeyScope) -> APIError {
        APIError(
            status: .forbidden, type: "invalid_request_error", code: "outside_scope",
            message: "this key was not made for \(scope.rawValue)", shouldRetry: false)
    }

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
        case .notLicensed(let code, let sentence):
            self.init(
                status: .forbidden, type: "invalid_request_error", code: code, message: sentence,
                shouldRetry: false)
        case .outsideIntendedUse:
            self.init(
                status: .unprocessableContent, type: "invalid_request_error",
                code: "outside_intended_use", message: error.sentence, shouldRetry: false)
        case .rateLimited(let kind, let milliseconds):
            self.init(
                status: .tooManyRequests, type: kind, code: "rate_limit_exceeded",
                message: error.sentence, retryAfter: max(1, (milliseconds + 999) / 1000),
                shouldRetry: true)
        case .budgetExhausted:
            self.init(
                status: .tooManyRequests, type: "insufficient_quota", code: "insufficient_quota",
                message: error.sentence, shouldRetry: false)
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
        case let error as RequestCut: self = error.refusal
        case is HTTPParserError: self = .notHTTP
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
        Response(
            status: status, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: bodyText)))
    }

    /// The JSON of the response.
    var bodyText: String {
        JSONBody.text(
            ErrorBody(error: .init(message: message, type: type, param: param, code: code)))
    }

    /// The headers of the response, but for its length.
    var headers: HTTPFields {
        var headers: HTTPFields = [.contentType: "application/json; charset=utf-8"]
        if let retryAfter { headers[HeaderName.retryAfter] = "\(retryAfter)" }
        if let shouldRetry { headers[HeaderName.shouldRetry] = "\(shouldRetry)" }
        if status == .unauthorized { headers[HeaderName.authenticate] = "Bearer" }
        return headers
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

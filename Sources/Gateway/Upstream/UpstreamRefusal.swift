// SPDX-License-Identifier: Apache-2.0
import Hummingbird

/// An upstream's answer other than success, put into the one shape of errors.
struct UpstreamRefusal {
    let answer: UpstreamAnswer
    let body: [UInt8]
    let dialect: Dialect

    /// Longest text of the upstream's that is handed on.
    private static let longestMessage = 500

    /// What the caller is told.
    ///
    /// What the caller can change is told in the upstream's words; that the gateway's own key was
    /// refused is the hospital's business, and stays here.
    var apiError: APIError {
        switch answer.status {
        case 401, 403:
            return failed(.badGateway, "the model's endpoint refused this gateway's key")
        case 408, 504:
            return failed(
                .gatewayTimeout, "the model's endpoint did not answer in time", retries: true)
        case 429:
            return APIError(
                status: .tooManyRequests, type: "rate_limit_error", code: "upstream_rate_limit",
                message: "the model's endpoint has too many requests; nothing was billed",
                retryAfter: wait ?? 1, shouldRetry: true)
        case 404 where dialect == .responses:
            return APIError(
                status: .notFound, type: "invalid_request_error", code: "responses_not_served",
                param: "model",
                message: "the model's endpoint answered 404: it has no Responses API, or no such "
                    + "model; try chat/completions")
        case 400..<500:
            return APIError(
                status: .init(code: answer.status), type: "invalid_request_error",
                code: word("code") ?? "upstream_refused", param: word("param"),
                message: text("message") ?? "the model's endpoint refused the request",
                shouldRetry: false)
        case 503:
            var error = failed(
                .serviceUnavailable, "the model's endpoint is overloaded or stopped",
                retries: true)
            error.retryAfter = wait ?? 1
            return error
        default:
            return failed(
                .badGateway, "the model's endpoint failed with status \(answer.status)",
                retries: true)
        }
    }

    private func failed(_ status: HTTPResponse.Status, _ message: String, retries: Bool = false)
        -> APIError
    {
        APIError(
            status: status, type: "server_error", code: "upstream_failed",
            message: message + "; nothing was billed", shouldRetry: retries)
    }

    /// Seconds the upstream asks to wait; dates are not read.
    private var wait: Int? {
        answer.retryAfter.flatMap(Double.init).flatMap { seconds in
            seconds.isFinite ? Int(min(max(seconds.rounded(.up), 1), 86_400)) : nil
        }
    }

    private func text(_ name: StaticString) -> String? {
        guard let object = try? JSONObject(body), let range = object["error"],
            let error = try? JSONObject(body, in: range)
        else { return nil }
        return JSONText.string(body, error[name]).map {
            String($0.prefix(UpstreamRefusal.longestMessage))
        }
    }

    /// A short word for machines.
    private func word(_ name: StaticString) -> String? {
        text(name).flatMap { $0.utf8.count <= 64 ? $0 : nil }
    }
}

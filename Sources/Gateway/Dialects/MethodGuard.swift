// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Hummingbird

/// Answers 405 with the methods that would do, where an address is served and the method is not.
///
/// The router itself answers 404 for both.
struct MethodGuard: RouterMiddleware {
    /// Addresses by their parts; a part in braces stands for any.
    private let addresses: [(parts: [Substring], methods: String)]

    /// - Parameter operations: every operation that is served.
    init(_ operations: [OpenAPI.Operation]) {
        let byPath = Dictionary(grouping: operations, by: \.path)
        addresses = byPath.map { path, operations in
            var methods = Set(operations.map { $0.method.rawValue })
            if methods.contains("GET") { methods.insert("HEAD") }
            return (path.split(separator: "/"), methods.sorted().joined(separator: ", "))
        }
    }

    func handle(
        _ request: Request, context: GatewayContext,
        next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            guard let methods = methods(at: request.uri.path),
                !methods.split(separator: ", ").contains(Substring(request.method.rawValue))
            else { throw error }
            var response = APIError.methodNotAllowed.response
            response.headers[.allow] = methods
            return response
        }
    }

    /// The methods that are served at an address; nil where none is.
    private func methods(at path: String) -> String? {
        let parts = path.split(separator: "/")
        return addresses.first { MethodGuard.matches(parts, $0.parts) }?.methods
    }

    private static func matches(_ parts: [Substring], _ pattern: [Substring]) -> Bool {
        // The rest of an address, whatever it holds.
        let isOpen = pattern.last == "{path}" && parts.count > pattern.count
        guard parts.count == pattern.count || isOpen else { return false }
        return zip(parts, pattern).allSatisfy { part, pattern in
            guard pattern.first == "{", let end = pattern.firstIndex(of: "}") else {
                return part == pattern
            }
            // `{model}:predict` captures what stands before its suffix.
            return part.hasSuffix(pattern[pattern.index(after: end)...])
        }
    }
}

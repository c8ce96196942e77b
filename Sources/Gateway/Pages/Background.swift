// SPDX-License-Identifier: Apache-2.0
import Dispatch

/// Work of seconds, such as reading a whole ledger, kept off the threads that answer requests.
enum Background {
    static func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws
        -> Value
    {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global(qos: .userInitiated).async {
                continuation.resume(with: Result { try work() })
            }
        }
    }
}

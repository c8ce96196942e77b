// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The system's limit on open files, which is one on connections too.
enum OpenFiles {
    /// Files the process needs besides connections: ledger, segments, upstreams, log.
    private static let kept = 256

    /// Raises the limit as far as the process may.
    static func raise() {
        var limit = limits
        guard limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// Connections there are files for.
    static var mostConnections: Int {
        max(16, Int(clamping: limits.rlim_cur) - kept)
    }

    private static var limits: rlimit {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return limit
    }
}

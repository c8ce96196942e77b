// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// Whether callers should be sent here: what `/ready` says.
///
/// Not while the server is stopping, nor while the ledger can't take entries. A full disk is noticed
/// by the first call it fails or by the look once a second, whichever comes first; that it works
/// again is noticed by writing a small file beside the ledger, since a server that says it is not
/// ready gets no calls to find out with.
final class Readiness: Sendable {
    /// Why callers should go elsewhere.
    enum Obstacle: String, Sendable, CaseIterable {
        case draining
        case noModel = "no model"
        case diskFull = "disk full"
        case notRecording = "the ledger takes no entries"
        case writerLost = "the ledger's writer is not reached"
    }

    private struct State {
        var isDraining = false
        var isRefusing = false
        var isFull = false
        var isWriterLost = false
        var hasModels = true
    }

    /// With less than this left on the disk, calls would soon fail one by one.
    static let leastFreeBytes: UInt64 = 1 << 20

    private let draining = Atomic(false)
    private let state = Mutex(State())
    /// Where the ledger lies; nil where this gateway holds none.
    private let directory: String?

    init(ledgerDirectory: String?) {
        directory = ledgerDirectory
    }

    /// The server was told to stop.
    var isDraining: Bool { draining.load(ordering: .relaxed) }

    func drain() {
        draining.store(true, ordering: .relaxed)
    }

    func setModels(_ hasModels: Bool) {
        state.withLock { $0.hasModels = hasModels }
    }

    func setWriterLost(_ isLost: Bool) {
        state.withLock { $0.isWriterLost = isLost }
    }

    /// An entry became durable.
    func ledgerTook() {
        state.withLock { $0.isRefusing = false }
    }

    /// An entry could not be recorded.
    func ledgerRefused() {
        state.withLock { $0.isRefusing = true }
    }

    /// What stands against sending callers here; nil where nothing does.
    var obstacle: Obstacle? {
        if isDraining { return .draining }
        let state = state.withLock { $0 }
        if state.isFull { return .diskFull }
        if state.isRefusing { return .notRecording }
        if state.isWriterLost { return .writerLost }
        return state.hasModels ? nil : .noModel
    }

    /// Looks at the disk; blocks.
    ///
    /// Called about once a second.
    func look() {
        guard let directory else { return }
        var figures = statvfs()
        guard statvfs(directory, &figures) == 0 else { return }
        let free = UInt64(figures.f_bavail) * UInt64(figures.f_frsize)
        // A disk that is small altogether is full when its last twentieth is begun.
        let total = UInt64(figures.f_blocks) * UInt64(figures.f_frsize)
        let isFull = free < min(Readiness.leastFreeBytes, total / 20)
        let wasRefusing = state.withLock { state in
            state.isFull = isFull
            return state.isRefusing
        }
        if wasRefusing, !isFull, canWrite(directory) { ledgerTook() }
    }

    /// Writes and flushes a few kilobytes beside the ledger, and removes them.
    private func canWrite(_ directory: String) -> Bool {
        let path = "\(directory)/.ready-\(getpid())"
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        defer {
            close(file)
            unlink(path)
        }
        let bytes = [UInt8](repeating: 0, count: 1 << 16)
        return write(file, bytes, bytes.count) == bytes.count && fsync(file) == 0
    }
}

// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Room to decode whole columns into, used again and again: fresh memory costs more than decoding.
final class ScratchPool: Sendable {
    private struct Free: ~Copyable {
        var buffers: [Buffer] = []
    }

    private struct Buffer: @unchecked Sendable {
        let bytes: UnsafeMutableRawBufferPointer
    }

    private let free = Mutex(Free())

    /// Buffers kept while nobody uses them: as many as passes are likely to run at once.
    private static let keptBuffers = 4
    private static let keptBytes = 256 << 20

    deinit {
        free.withLock { free in
            for buffer in free.buffers { buffer.bytes.deallocate() }
        }
    }

    /// Calls with at least so many bytes, aligned to 64.
    func withBytes<Result>(_ count: Int, _ body: (UnsafeMutableRawPointer) -> Result) -> Result {
        let buffer = take(count)
        defer { give(buffer) }
        guard let start = buffer.bytes.baseAddress else { preconditionFailure("no room") }
        return body(start)
    }

    private func take(_ count: Int) -> Buffer {
        let found = free.withLock { free -> Buffer? in
            guard let index = free.buffers.lastIndex(where: { $0.bytes.count >= count }) else {
                return nil
            }
            return free.buffers.remove(at: index)
        }
        return found
            ?? Buffer(
                bytes: .allocate(byteCount: max(count + count / 4, 1 << 16), alignment: 64))
    }

    private func give(_ buffer: Buffer) {
        let dropped = free.withLock { free -> Buffer? in
            guard buffer.bytes.count <= ScratchPool.keptBytes else { return buffer }
            free.buffers.append(buffer)
            guard free.buffers.count > ScratchPool.keptBuffers else { return nil }
            let smallest = free.buffers.indices.min {
                free.buffers[$0].bytes.count < free.buffers[$1].bytes.count
            }
            return smallest.map { free.buffers.remove(at: $0) }
        }
        dropped?.bytes.deallocate()
    }
}

// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Synchronization

/// How fast this machine reads memory: the limit that a scan of columns cannot pass.
enum MemoryBandwidth {
    /// Bytes per second of a sum over a buffer far larger than any cache, best of several passes.
    ///
    /// - Parameters:
    ///   - threads: each sums its own stretch.
    ///   - bytes: size of the buffer, rounded down to stretches of one length in whole 128 bytes.
    static func measure(threads: Int, bytes: Int = 1 << 30, passes: Int = 7) -> Double {
        let each = bytes / 128 / threads * 2
        let lanes = each * threads
        let buffer = UnsafeMutableBufferPointer<SIMD8<UInt64>>.allocate(capacity: lanes)
        defer { buffer.deallocate() }
        for position in 0..<lanes {
            buffer[position] = SIMD8(repeating: UInt64(position))
        }
        let column = Column(lanes: UnsafeBufferPointer(buffer))
        let expected = UInt64(lanes) * UInt64(lanes - 1) / 2 * 8
        var best = Double.infinity
        for _ in 0..<passes {
            let total = Atomic<UInt64>(0)
            let wall = seconds {
                DispatchQueue.concurrentPerform(iterations: threads) { thread in
                    let sum = column.sum(thread * each..<(thread + 1) * each)
                    total.wrappingAdd(sum, ordering: .relaxed)
                }
            }
            // The sum has to be used, or the loop would be removed.
            precondition(total.load(ordering: .relaxed) == expected, "the sum is wrong")
            best = min(best, wall)
        }
        return Double(lanes * 64) / best
    }

    static func run() {
        for threads in [1, 2] {
            let rate = (measure(threads: threads) / 1e8).rounded() / 10
            print("memory read by \(threads) thread\(threads == 1 ? "" : "s"): \(rate) GB/s")
        }
    }

    /// Read by several threads and written by none; hence safe to share although it is a pointer.
    private struct Column: @unchecked Sendable {
        let lanes: UnsafeBufferPointer<SIMD8<UInt64>>

        /// The sum of an even number of lanes.
        func sum(_ range: Range<Int>) -> UInt64 {
            var first = SIMD8<UInt64>.zero
            var second = SIMD8<UInt64>.zero
            var position = range.lowerBound
            while position < range.upperBound {
                first &+= lanes[position]
                second &+= lanes[position &+ 1]
                position &+= 2
            }
            return (first &+ second).wrappedSum()
        }
    }
}

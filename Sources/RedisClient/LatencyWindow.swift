/// The last latencies, so few that what is asked of them is exact.
package struct LatencyWindow: Sendable, Equatable {
  package static let capacity = 128

  private var latencies: [Duration] = []
  private var next = 0
  package private(set) var last: Duration?

  package var count: Int { latencies.count }

  mutating func add(_ latency: Duration) {
    last = latency
    if latencies.count < Self.capacity {
      latencies.append(latency)
    } else {
      latencies[next] = latency
      next = (next + 1) % Self.capacity
    }
  }

  /// Nil where there is none yet; the same for the percentile.
  package var average: Duration? {
    latencies.isEmpty ? nil : latencies.reduce(.zero, +) / latencies.count
  }

  /// The smallest that 99 of a hundred do not exceed.
  package var percentile99: Duration? {
    if latencies.isEmpty { return nil }
    return latencies.sorted()[(latencies.count * 99 + 99) / 100 - 1]
  }
}

/// What must hold whatever happens.
enum Invariant: String, Sendable {
  case nothingLost = "nothing is lost"
  case oneOutcome = "no entry has two outcomes"
  case oneEnd = "no request ends twice, or otherwise than its caller has heard"
  case cap = "no entry is given out more often than is counted, or beyond the cap"
  case innocents = "no innocent is charged"
  case probation = "what has killed a worker kills no other that serves"
  case quarantine = "code that has killed too many workers is not loaded"
  case backoff = "workers that die at once of nobody knows what are not started at once"
  case order = "no priority starves, and nothing comes before it is due"
  case nothingLeft = "nothing is left behind"
}

/// An invariant that did not hold, and how it came about.
struct Violation: Error, CustomStringConvertible {
  let seed: UInt64
  let invariant: Invariant
  let detail: String
  let steps: [String]

  var description: String {
    """
    seed \(seed): \(invariant.rawValue): \(detail)
    The last steps:
    \(steps.map { "  \($0)" }.joined(separator: "\n"))
    AGENTHOST_SIMULATION_SEED=\(seed) make simulate replays it.
    """
  }
}

/// What has happened lately, for whoever has to find out why.
struct StepLog {
  private static let capacity = 80

  private var lines: [String] = []
  private(set) var count = 0

  mutating func append(_ line: String) {
    count += 1
    lines.append("\(count) \(line)")
    if lines.count > 2 * Self.capacity { lines.removeFirst(Self.capacity) }
  }

  var last: [String] { lines.suffix(Self.capacity) }
}

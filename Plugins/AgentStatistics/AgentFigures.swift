/// What an agent has done since it began; never less than before.
package struct AgentFigures: Codable, Sendable, Equatable {
  /// Messages that it has worked on.
  package var runs = 0
  /// Seconds that it has spent on them.
  package var runSeconds = 0.0
  /// Messages on which it failed.
  package var errors = 0
  package var envelopes = EnvelopeFigures()

  package init() {}

  package static func + (left: AgentFigures, right: AgentFigures) -> AgentFigures {
    var sum = left
    sum.runs = sum.runs.addingClamped(right.runs)
    sum.runSeconds += right.runSeconds
    sum.errors = sum.errors.addingClamped(right.errors)
    sum.envelopes = left.envelopes + right.envelopes
    return sum
  }

  /// Of two that are an agent's, the later.
  func later(_ other: AgentFigures) -> AgentFigures { other.runs >= runs ? other : self }

  var isPossible: Bool {
    runs >= 0 && errors >= 0 && (0...AgentFigures.maximumSeconds).contains(runSeconds) && envelopes.isPossible
  }

  /// About thirty thousand years.
  static let maximumSeconds = 1e12
}

/// Envelopes whose requests have ended: sums of all, and the last ones.
package struct EnvelopeFigures: Codable, Sendable, Equatable {
  package static let maximumRecent = 10

  package struct Finished: Codable, Sendable, Equatable {
    /// When, in seconds since 1970.
    package var time: Double
    package var age: Double
    package var processing: Double
    package var steps: Int

    package init(time: Double, age: Double, processing: Double, steps: Int) {
      self.time = time
      self.age = age
      self.processing = processing
      self.steps = steps
    }

    private enum CodingKeys: String, CodingKey {
      case age, processing, steps
      case time = "ts"
    }
  }

  package var count = 0
  package var age = 0.0
  package var processing = 0.0
  package var steps = 0
  /// The last ones, the oldest first.
  package var recent: [Finished] = []

  package init() {}

  private enum CodingKeys: String, CodingKey {
    case count, steps, recent
    case age = "age_seconds"
    case processing = "processing_seconds"
  }

  static func + (left: EnvelopeFigures, right: EnvelopeFigures) -> EnvelopeFigures {
    var sum = left
    sum.count = sum.count.addingClamped(right.count)
    sum.age += right.age
    sum.processing += right.processing
    sum.steps = sum.steps.addingClamped(right.steps)
    sum.recent = (left.recent + right.recent).sorted { $0.time < $1.time }.suffix(maximumRecent)
    return sum
  }

  var isPossible: Bool {
    let seconds = 0...AgentFigures.maximumSeconds
    return count >= 0 && steps >= 0 && seconds.contains(age) && seconds.contains(processing)
      && recent.count <= Self.maximumRecent
      && recent.allSatisfy {
        $0.time.isFinite && $0.steps >= 0 && seconds.contains($0.age) && seconds.contains($0.processing)
      }
  }
}

extension Int {
  func addingClamped(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other > 0 ? .max : .min) : sum
  }
}

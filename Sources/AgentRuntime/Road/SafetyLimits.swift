package import AgentEnvelope

/// The specification's circuit breaker: how many steps, how much work and what age a message may reach.
package struct SafetyLimits: Sendable, Equatable {
  package var processCount: Int
  package var totalProcessingTime: Double
  package var age: Double

  package init(processCount: Int, totalProcessingTime: Double, age: Double) {
    self.processCount = processCount
    self.totalProcessingTime = totalProcessingTime
    self.age = age
  }

  /// What is exceeded, in the specification's words; nil when the message may go on.
  package func violation(of envelope: Envelope, now: Double) -> String? {
    if envelope.processCount >= processCount {
      return "Process count limit exceeded: \(envelope.processCount) >= \(processCount)"
    }
    if envelope.totalProcessingTime >= totalProcessingTime {
      let spent = Self.twoDecimals(envelope.totalProcessingTime)
      return "Total processing time limit exceeded: \(spent)s >= \(totalProcessingTime)s"
    }
    if envelope.createTimestamp > 0, now - envelope.createTimestamp >= age {
      let reached = Self.twoDecimals(now - envelope.createTimestamp)
      return "Envelope age limit exceeded: \(reached)s >= \(age)s"
    }
    return nil
  }

  /// A number as `%.2f` writes it, below the size where hundredths are lost.
  static func twoDecimals(_ value: Double) -> String {
    guard value.magnitude < 1e15 else { return "\(value)" }
    let hundredths = Int((value * 100).rounded(.toNearestOrEven))
    let fraction = hundredths.magnitude % 100
    let sign = hundredths < 0 ? "-" : ""
    return "\(sign)\(hundredths.magnitude / 100).\(fraction < 10 ? "0" : "")\(fraction)"
  }
}

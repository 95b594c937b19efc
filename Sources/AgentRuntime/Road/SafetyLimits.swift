package import AgentEnvelope
import Glibc

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

  /// What is exceeded, in the specification's words; nil when the message may go on. The age of a message that was
  /// delayed counts from when it was due.
  package func violation(of envelope: Envelope, due: Double? = nil, now: Double) -> String? {
    if envelope.processCount >= processCount {
      return "Process count limit exceeded: \(envelope.processCount) >= \(processCount)"
    }
    if envelope.totalProcessingTime >= totalProcessingTime {
      let spent = Self.twoDecimals(envelope.totalProcessingTime)
      return "Total processing time limit exceeded: \(spent)s >= \(totalProcessingTime)s"
    }
    let begin = max(envelope.createTimestamp, due ?? 0)
    if envelope.createTimestamp > 0, now - begin >= age {
      let reached = Self.twoDecimals(now - begin)
      return "Envelope age limit exceeded: \(reached)s >= \(age)s"
    }
    return nil
  }

  /// A number as `%.2f` writes it.
  static func twoDecimals(_ value: Double) -> String {
    // The largest double has 309 digits before its point.
    var text = [CChar](repeating: 0, count: 320)
    let length = withVaList([value]) { vsnprintf(&text, text.count, "%.2f", $0) }
    return String(decoding: text.prefix(Int(length)).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

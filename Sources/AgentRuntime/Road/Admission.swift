package import AgentEnvelope
package import AgentStreams
import NIOCore

/// The first stage: may this delivery go to an agent, and for how long?
package struct Admission: Sendable {
  package var envelopeLimits: EnvelopeLimits
  package var safety: SafetyLimits
  package var maximumDeliveries: Int
  /// Seconds for a message that does not say.
  package var taskTimeout: Double
  /// The most that a message may ask for, in seconds.
  package var maximumTaskTimeout: Double

  package init(_ settings: Settings) {
    envelopeLimits = EnvelopeLimits(maximumBytes: settings.maxEnvelopeBytes)
    safety = SafetyLimits(
      processCount: settings.maxProcessCount, totalProcessingTime: settings.maxTotalProcessingTime,
      age: settings.maxEnvelopeAge)
    maximumDeliveries = settings.maxDeliveries
    taskTimeout = settings.taskTimeout
    maximumTaskTimeout = settings.maxTaskTimeout
  }

  package enum Decision: Sendable {
    case admit(Envelope, timeout: Double)
    /// A whole envelope that no agent may have.
    case refuse(Envelope, AdmissionRefusal)
    /// No envelope at all.
    case unreadable(EnvelopeError?)
  }

  /// Decides at time `now`, in seconds since 1970.
  package func decide(_ delivery: Delivery, now: Double) -> Decision {
    guard let envelopeBytes = delivery.envelope else { return .unreadable(nil) }
    return envelopeBytes.withUnsafeReadableBytes { bytes in
      do throws(EnvelopeError) {
        let envelope = try Envelope(scanning: bytes, limits: envelopeLimits)
        if let refusal = refusal(of: envelope, deliveries: delivery.deliveries, now: now) {
          return .refuse(envelope, refusal)
        }
        return timeout(of: envelope, in: bytes)
      } catch {
        return .unreadable(error)
      }
    }
  }

  private func refusal(of envelope: Envelope, deliveries: Int, now: Double) -> AdmissionRefusal? {
    if deliveries > maximumDeliveries { return .tooManyDeliveries(deliveries - 1) }
    return safety.violation(of: envelope, now: now).map(AdmissionRefusal.safety)
  }

  private func timeout(of envelope: Envelope, in bytes: UnsafeRawBufferPointer) -> Decision {
    switch envelope.agentTimeout(in: bytes) {
    case .absent: .admit(envelope, timeout: taskTimeout)
    case .seconds(let seconds) where seconds <= 0: .refuse(envelope, .outOfTime(seconds))
    case .seconds(let seconds): .admit(envelope, timeout: min(seconds, maximumTaskTimeout))
    case .invalid(let why): .refuse(envelope, .invalidTimeout(why))
    }
  }
}

/// Why no agent may have a message.
package enum AdmissionRefusal: Sendable, Equatable {
  /// A limit of the specification's circuit breaker, in its words.
  case safety(String)
  /// `__agent_timeout_sec` allows no time at all.
  case outOfTime(Double)
  /// `__agent_timeout_sec` is no time.
  case invalidTimeout(String)
  /// Agents have had it so often, and their worker did not live to tell.
  case tooManyDeliveries(Int)
}

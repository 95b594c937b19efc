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
    case admit(Envelope, HostMember?, timeout: Double)
    /// A whole envelope that no agent may have.
    case refuse(Envelope, HostMember?, AdmissionRefusal)
    /// No envelope at all.
    case unreadable(EnvelopeError?)
  }

  /// Decides at time `now`, in seconds since 1970. `timeout` is for a message that does not say, where its agent's is
  /// another than the host's. `scan`: what a scan of its envelope finds, where that is known.
  package func decide(
    _ delivery: Delivery, scan: Envelope? = nil, timeout: Double? = nil, now: Double
  ) -> Decision {
    guard let bytes = delivery.bytes else { return .unreadable(nil) }
    defer { extendLifetime(delivery) }
    do throws(EnvelopeError) {
      let envelope = if let scan { scan } else { try Envelope(scanning: bytes, limits: envelopeLimits) }
      let member = envelope.hostMember(in: bytes)
      let deliveries = delivery.deliveries + (member?.attempts ?? 0)
      if let refusal = refusal(of: envelope, member, deliveries: deliveries, now: now) {
        return .refuse(envelope, member, refusal)
      }
      switch self.timeout(of: envelope, member, in: bytes, default: timeout ?? taskTimeout, now: now) {
      case .success(let timeout): return .admit(envelope, member, timeout: timeout)
      case .failure(let refusal): return .refuse(envelope, member, refusal)
      }
    } catch {
      return .unreadable(error)
    }
  }

  private func refusal(
    of envelope: Envelope, _ member: HostMember?, deliveries: Int, now: Double
  ) -> AdmissionRefusal? {
    if deliveries > maximumDeliveries { return .tooManyDeliveries(deliveries - 1) }
    if let deadline = member?.deadline, now >= deadline { return .deadline(passed: now - deadline) }
    return safety.violation(of: envelope, due: member?.due, now: now).map(AdmissionRefusal.safety)
  }

  /// In seconds; no longer than to the request's deadline, so that what is left of it shrinks at every step.
  private func timeout(
    of envelope: Envelope, _ member: HostMember?, in bytes: UnsafeRawBufferPointer, default: Double,
    now: Double
  ) -> Result<Double, AdmissionRefusal> {
    let remaining = (member?.deadline).map { $0 - now } ?? .infinity
    switch envelope.agentTimeout(in: bytes) {
    case .absent: return .success(min(`default`, remaining))
    case .seconds(let seconds) where seconds <= 0: return .failure(.outOfTime(seconds))
    case .seconds(let seconds): return .success(min(seconds, maximumTaskTimeout, remaining))
    case .invalid(let why): return .failure(.invalidTimeout(why))
    }
  }
}

/// Why no agent may have a message.
package enum AdmissionRefusal: Error, Sendable, Equatable {
  /// A limit of the specification's circuit breaker, in its words.
  case safety(String)
  /// `__agent_timeout_sec` allows no time at all.
  case outOfTime(Double)
  /// `__agent_timeout_sec` is no time.
  case invalidTimeout(String)
  /// Agents have had it so often, and their worker did not live to tell.
  case tooManyDeliveries(Int)
  /// The request's deadline was so many seconds ago.
  case deadline(passed: Double)
  /// The request was cancelled.
  case cancelled
  /// The role's code may not run; why, for people.
  case quarantined(String)
}

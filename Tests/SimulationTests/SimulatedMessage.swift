import NIOCore
import RedisClient

@testable import AgentStreams

/// A delivery that an agent has, and the outcomes that it may come to.
@IOActor
struct SimulatedMessage {
  static let kept = 604_800

  let delivery: Delivery
  let envelope: SimulatedEnvelope
  let request: SimulatedRequest
  /// How often agents have been given the message, this time included.
  let total: Int
  private let simulation: Simulation

  init?(_ delivery: Delivery, agent: SimulatedAgent) {
    simulation = agent.simulation
    guard let envelope = delivery.entry.envelope,
      let request = simulation.ledger.records[envelope.request]?.request
    else {
      simulation.ledger.violate(.nothingLost, "\(delivery.entry.id) is no message that anybody has sent")
      return nil
    }
    self.delivery = delivery
    self.envelope = envelope
    self.request = request
    total = delivery.deliveries + envelope.attempts
  }

  private var keys: Keys { simulation.keys }
  private var priority: Priority { delivery.source.priority }

  func outcome() -> Settlement {
    let next = envelope.forwarded(to: envelope.stage + 1)
    switch request.behaviours[envelope.stage] {
    case .forward, .poison: return settled(onward(next))
    case .forwardLater(let milliseconds): return settled(onward(next, after: milliseconds))
    case .forwardToAgent: return settled(toAgent(next))
    case .retry(let times, let milliseconds):
      if envelope.attempts + 1 > times { return settled(onward(next)) }
      if total >= simulation.policy.maximumDeliveries { return givenUp() }
      return settled(onward(envelope.again(attempts: total), after: milliseconds))
    case .sendBeside: return settled(sent(), onward(next))
    case .handOver: return settled(sent())
    case .fail: return settled(end(.failed))
    }
  }

  /// It was given out too often.
  func givenUp() -> Settlement {
    let letter = CommitWrite.deadLetter(
      stream: keys.deadLetters(delivery.source.role),
      fields: [.init("envelope", envelope.description), .init("reason", "agenthost.deliveries: \(total)")])
    return settled(letter, end(.failed))
  }

  func cancelled() -> Settlement { settled(end(.cancelled)) }

  /// Back to its stream; what it was given to agents before counts on.
  func handedBack() -> Settlement {
    settled(.forward(stream: delivery.source.stream, envelope: envelope.again(attempts: total - 1).bytes))
  }

  private func settled(_ writes: CommitWrite...) -> Settlement {
    Settlement(
      delivery: delivery, writes: CommitWrites(writes),
      refused: SimulatedRefusal(delivery: delivery, cancelled: end(.cancelled), failed: end(.failed)))
  }

  private func onward(_ next: SimulatedEnvelope, after milliseconds: Int = 0) -> CommitWrite {
    guard next.stage < Simulation.roles.count else { return end(.done) }
    let role = Simulation.roles[next.stage]
    guard milliseconds > 0 else { return forward(next) }
    return .delay(
      .init(
        role: role, set: keys.delayed(role), stream: keys.roleStream(role), priority: priority,
        milliseconds: milliseconds, envelope: next.bytes))
  }

  private func forward(_ next: SimulatedEnvelope) -> CommitWrite {
    let role = Simulation.roles[next.stage]
    return .forward(
      stream: keys.roleStream(role, priority),
      fallback: priority == .normal ? nil : keys.roleStream(role), envelope: next.bytes)
  }

  /// To one agent of the next stage that was there lately; it may be gone by now.
  private func toAgent(_ next: SimulatedEnvelope) -> CommitWrite {
    guard next.stage < Simulation.roles.count,
      let agent = simulation.agentIDs[next.stage].randomElement(using: &simulation.random)
    else { return onward(next) }
    return .forward(stream: keys.agentStream(agent), envelope: next.bytes)
  }

  /// A message of the agent's own, to the last stage.
  private func sent() -> CommitWrite {
    let child = SimulatedRequest(id: simulation.newRequestID(), priority: priority)
    simulation.ledger.plan(child)
    return forward(SimulatedEnvelope(request: child.id, stage: Simulation.roles.count - 1))
  }

  private func end(_ state: RequestState) -> CommitWrite {
    .end(
      .init(
        request: keys.request(request.id), state: state, kept: Self.kept,
        list: keys.resultList("result:\(request.id)"), envelope: envelope.bytes, timeToLive: 0))
  }
}

/// What becomes of an outcome that the server has refused.
final class SimulatedRefusal: RefusalAnswer {
  let delivery: Delivery
  let cancelled: CommitWrite
  let failed: CommitWrite

  init(delivery: Delivery, cancelled: CommitWrite, failed: CommitWrite) {
    self.delivery = delivery
    self.cancelled = cancelled
    self.failed = failed
  }

  func settlement(after refusal: CommitRefusal) -> Settlement? {
    switch refusal {
    case .cancelled: Settlement(delivery: delivery, writes: [cancelled], refused: self)
    case .noSuchStream: Settlement(delivery: delivery, writes: [failed], refused: self)
    case .error: nil
    }
  }
}

import NIOCore
import RedisClient
import SeededGenerator

@testable import AgentStreams

/// The turns of an agent's recoverer and of what redelivers suspects.
extension SimulatedAgent {
  private static let maximumBatch = 64

  /// One look for what dead consumers and lapsed leases have left.
  func sweep() async throws {
    guard try await pass("PING", { [self] in try await simulation.client.send(RedisCommand("PING")) }) != nil
    else { return sweepFailed() }
    let isSlow = simulation.hasFaults && simulation.random.chance(20)
    let latency = isSlow ? simulation.policy.lease / 2 : .zero
    let takesLapsed = pace.answered(after: latency, at: clock)
    if recovererMayHaveMissed {
      for source in lanes.sources {
        guard try await deliverUnseen(of: source) else { return sweepFailed() }
      }
      recovererMayHaveMissed = false
    } else {
      // The real one waits for slots; here the next sweep goes on.
      for source in lanes.sources {
        _ = try await deliverUnseen(of: source, idle: simulation.policy.unseenAge)
      }
    }
    if isOnProbation { return try await lookForSuspects(takesLapsed: takesLapsed) }
    var standing: Set<String> = []
    for source in lanes.sources {
      guard let left = try await takeOver(source, takesLapsed: takesLapsed) else { return sweepFailed() }
      standing.formUnion(left)
    }
    dead = standing
  }

  private func sweepFailed() {
    pace.failed()
    recovererMayHaveMissed = true
    foundNone = false
  }

  private func lookForSuspects(takesLapsed: Bool) async throws {
    var foundNone = takesLapsed
    for source in lanes.sources {
      let takeover = takeover(
        of: try await consumersOfTheDead(on: source), on: source, takesLapsed: takesLapsed)
      guard let answer = try await call(takeover, .others, limit: 0) else { return sweepFailed() }
      guard answer.suspects > 0 else { continue }
      foundNone = false
      if !suspectTakeovers.contains(where: { $0.source === source }) { suspectTakeovers.append(takeover) }
    }
    self.foundNone = foundNone
  }

  private func takeover(
    of deadConsumers: [ConsumerName], on source: DeliverySource, takesLapsed: Bool
  ) -> Takeover {
    Takeover(
      of: deadConsumers, known: known, on: source, policy: simulation.policy, takesLapsed: takesLapsed,
      failures: simulation.client.health.failures, script: simulation.scripts.takeOver)
  }

  /// The dead that still hold something on the stream; nil: an answer was lost.
  private func takeOver(_ source: DeliverySource, takesLapsed: Bool) async throws -> Set<String>? {
    let deadConsumers = try await consumersOfTheDead(on: source)
    let takeover = takeover(of: deadConsumers, on: source, takesLapsed: takesLapsed)
    guard var answer = try await call(takeover, .others, limit: 0) else { return nil }
    if answer.suspects > 0 { worker.host.suspectsFound(by: worker) }
    while answer.others > 0 {
      // The real one waits for slots; here the next sweep goes on.
      guard slots.free > 0 else { return dead }
      guard let next = try await call(takeover, .others, limit: min(slots.free, Self.maximumBatch)) else {
        return nil
      }
      answer = next
      if answer.taken.isEmpty { break }
      receive(answer.taken.compactMap { source.take($0.entry, deliveries: $0.deliveries, at: clock) })
    }
    if answer.suspects > 0 { return Set(deadConsumers.map(\.incarnation)) }
    return try await remove(deadConsumers, from: source)
  }

  /// A call whose effects are held against the invariants, whenever it arrives.
  private func call(_ takeover: Takeover, _ kind: Takeover.Kind, limit: Int) async throws -> Takeover.Answer?
  {
    let what = "\(life.incarnation) takes \(limit) \(kind.rawValue) of \(takeover.source.stream)"
    if limit > 0 { simulation.log(what) }
    return try await pass(what) { [simulation] in
      let answer = try await takeover.call(kind, limit: limit, client: simulation.client)
      for taken in answer.taken {
        simulation.takenOver(
          Ledger.Entry(stream: takeover.source.stream, id: taken.entry.id),
          deliveries: taken.deliveries, by: takeover.source.consumer, knowing: takeover)
      }
      return answer
    }
  }

  private func consumersOfTheDead(on source: DeliverySource) async throws -> [ConsumerName] {
    if dead.isEmpty { return [] }
    return try await ConsumerGroups.consumers(of: source, client: simulation.client)
      .compactMap { ConsumerName($0.name) }.filter { dead.contains($0.incarnation) }
  }

  private func remove(_ names: [ConsumerName], from source: DeliverySource) async throws -> Set<String> {
    var standing: Set<String> = []
    for name in names {
      try await ConsumerGroups.retireAgentStream(
        of: name, role: role, keys: simulation.keys, client: simulation.client)
      if try await !ConsumerGroups.leave(source, consumer: name.description, client: simulation.client) {
        standing.insert(name.incarnation)
      }
    }
    return standing
  }

  /// Takes the next suspect, if none is in work.
  func redeliverSuspect() async throws {
    guard let takeover = suspectTakeovers.first, slots.free > 0, !worker.isSuspectInWork else { return }
    guard let answer = try await call(takeover, .suspect, limit: 1) else {
      suspectTakeovers.removeFirst()
      return
    }
    guard let suspect = answer.taken.first else {
      suspectTakeovers.removeFirst()
      return
    }
    let source = takeover.source
    guard let delivery = source.take(suspect.entry, deliveries: suspect.deliveries, at: clock) else { return }
    worker.suspectInWork = (source, suspect.entry.id)
    receive([delivery])
  }
}

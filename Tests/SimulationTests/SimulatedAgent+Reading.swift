import NIOCore
import RedisClient

@testable import AgentStreams

/// The turns of an agent's two readers.
extension SimulatedAgent {
  /// One turn of the reader of the role's streams. How many messages the agent was given.
  @discardableResult
  func read() async throws -> [Priority: Int] {
    guard slots.free > 0 else { return [:] }
    if readerMayHaveMissed {
      for source in lanes.sources {
        guard try await deliverUnseen(of: source) else { return [:] }
      }
      readerMayHaveMissed = false
    }
    if !waiting.isEmpty { return handOver() }
    guard slots.free > 0 else { return [:] }
    let step = plan.next(free: slots.free)
    if case .all = step { hasAskedAllLanes = true } else { hasAskedAllLanes = false }
    let commands = readCommands(for: step)
    guard
      let batches = try await pass(
        "read of \(role) by \(life.incarnation)", { try await self.read(commands) })
    else {
      readerMayHaveMissed = true
      return [:]
    }
    plan.received(batches.map(\.count), for: step)
    for (source, batch) in zip(lanes.sources, batches) {
      waiting += batch.compactMap { source.hold($0, deliveries: 1, at: clock) }
    }
    return handOver()
  }

  /// Each with the lanes that it asks.
  private func readCommands(for step: ReadPlan.Step) -> [([DeliverySource], RedisCommand)] {
    switch step {
    case .all(let count): [(lanes.sources, command(lanes.sources, count: count))]
    case .shares(let shares):
      zip(lanes.sources, shares).filter { $0.1 > 0 }.map { ([$0], command([$0], count: $1)) }
    }
  }

  private func command(_ sources: [DeliverySource], count: Int) -> RedisCommand {
    StreamCommands.readGroup(
      sources[0].group, consumer: sources[0].consumer, streams: sources.map(\.stream), count: count,
      block: nil)
  }

  private func read(_ commands: [([DeliverySource], RedisCommand)]) async throws -> [[StreamEntry]] {
    var found: [String: [StreamEntry]] = [:]
    for (_, command) in commands {
      for (stream, entries) in try StreamCommands.entries(ofRead: try await simulation.client.send(command)) {
        simulation.ledger.read(entries, from: stream, by: own.consumer, at: simulation.now)
        found[stream] = entries
      }
    }
    return lanes.sources.map { found[$0.stream, default: []] }
  }

  private func handOver() -> [Priority: Int] {
    let count = min(slots.free, waiting.count)
    let deliveries = Array(waiting.prefix(count))
    waiting.removeFirst(count)
    for delivery in deliveries { delivery.source.occupySlot(delivery) }
    receive(deliveries)
    return deliveries.reduce(into: [:]) { $0[$1.source.priority, default: 0] += 1 }
  }

  /// One turn of the reader of the agent's own stream.
  func readOwn() async throws {
    guard slots.free > 0 else { return }
    do {
      if ownReaderMayHaveMissed {
        guard try await deliverUnseen(of: own) else { return }
        ownReaderMayHaveMissed = false
      }
      guard slots.free > 0 else { return }
      let command = command([own], count: slots.free)
      let entries = try await pass("read of \(own.stream)") { [self] in
        let found = try StreamCommands.entries(ofRead: try await simulation.client.send(command))
        simulation.ledger.read(
          found.first?.entries ?? [], from: own.stream, by: own.consumer, at: simulation.now)
        return found.first?.entries ?? []
      }
      ownReaderMayHaveMissed = entries == nil
      receive((entries ?? []).compactMap { own.take($0, deliveries: 1, at: clock) })
    } catch let error as RedisError {
      guard error.meaning == .groupMissing else { throw error }
      try await begin()
    }
  }

  /// Delivers what the server has given to this agent and what never arrived. False: not yet, since there is no room
  /// for all of it, or the connection was lost again.
  func deliverUnseen(of source: DeliverySource, idle: TimeAmount = .zero) async throws -> Bool {
    let listed = try await pass("look for unseen entries") { [self] in
      try await PendingEntries.list(
        of: source.consumer, in: source, idle: idle, after: nil, count: PendingEntries.pageSize,
        client: simulation.client)
    }
    guard let listed else { return false }
    let unseen = listed.filter { !source.holds($0.id) }
    if unseen.isEmpty { return true }
    // The real one waits for slots, each in turn; here nothing waits, and the next look takes what is left.
    let room = min(unseen.count, slots.free)
    guard room > 0 else { return false }
    let found = unseen.prefix(room)
    simulation.log("\(life.incarnation) finds \(found.map(\.id)) of \(source.stream)")
    for entry in found { simulation.suspects.unseen(Ledger.Entry(stream: source.stream, id: entry.id)) }
    try await PendingEntries.deliverUnseen(
      of: source, idle: idle, limit: room, to: self, client: simulation.client, clock: { self.clock })
    return room == unseen.count
  }

  /// Passes a command over the network; one that is lost is a disturbance.
  func pass<Answer>(
    _ what: String, _ command: @escaping @IOActor () async throws -> Answer
  ) async throws -> Answer? {
    try await worker.pass(what, command)
  }
}

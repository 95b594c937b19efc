import RedisClient
import SeededGenerator

@testable import AgentStreams

/// What producers do: they send requests, again where they heard no answer, and cancel some.
extension Simulation {
  private static let remembered = 604_800

  func send() async throws {
    let request = SimulatedRequest(
      id: newRequestID(), lease: lease, oddness: character.oddness, random: &random)
    ledger.plan(request)
    requestIDs.append(request.id)
    log("a producer sends \(request.id), \(request.priority), \(request.behaviours)")
    var isKnown = false
    while !isKnown {
      isKnown =
        try await network.pass("sending \(request.id)", in: self) { try await self.send(request) } != nil
    }
    // Some send twice what has arrived.
    if random.chance(8) { _ = try await send(request) }
  }

  func send(_ request: SimulatedRequest) async throws {
    let envelope = SimulatedEnvelope(request: request.id).description
    let role = Self.roles[0]
    if request.usesNamedNormalStream, request.delay == 0 {
      let stream = keys.priorityStream(role, .normal)
      _ = try await client.send(RedisCommand("XADD", stream, "*", "envelope", envelope))
      return ledger.sent(request, at: now)
    }
    let reply = try await StreamScript.send.call(
      client,
      keys: [
        keys.roleStream(role, request.priority), keys.roleStream(role), keys.delayed(role),
        keys.idempotency(request.key ?? ""),
      ],
      [
        request.id, envelope, request.priority.rawValue, String(request.delay),
        request.key == nil ? "0" : String(Self.remembered),
        "", "",
      ])
    let answer = reply.root.elements.map { Array($0) } ?? []
    switch answer.last?.string {
    case "sent": ledger.sent(request, at: now)
    case "known" where request.key != nil: break
    default: ledger.violate(.nothingLost, "sending \(request.id) was answered by \(answer.map(\.string))")
    }
  }

  func cancel() async throws {
    guard let id = requestIDs.randomElement(using: &random), let record = ledger.records[id],
      record.request.endsItself, record.sends > 0
    else { return }
    log("\(id) is to be cancelled")
    _ = try await network.pass("cancelling \(id)", in: self) { [self] in
      let state = try await Cancellations.cancel(id, client, keys: keys)
      ledger.cancelled(id, state: state)
    }
  }

  /// Much work of every priority for one agent: each gets its share.
  func flood() async throws {
    let serving = runningWorkers.filter { !$0.isOnProbation }.flatMap(\.agents)
    guard let agent = serving.first(where: { $0.stage == 0 }) else { return }
    let worker = agent.worker
    let each = 25 * agent.slots.capacity
    log("a flood of \(each) messages of each priority")
    for priority in Priority.allCases {
      for _ in 0..<each {
        let request = SimulatedRequest(id: newRequestID(), priority: priority)
        ledger.plan(request)
        try await send(request)
      }
    }
    let rate = network.faultRate
    network.faultRate = nil
    defer { network.faultRate = rate }
    var given: [Priority: Int] = [:]
    while worker.isRunning, given.values.allSatisfy({ $0 < each - 5 * agent.slots.capacity }) {
      let before = given.values.reduce(0, +)
      given.merge(try await agent.read(), uniquingKeysWith: +)
      while worker.isRunning, !agent.working.isEmpty { agent.work() }
      while worker.isRunning, !worker.finished.isEmpty || !worker.unanswered.isEmpty {
        try await worker.commit(all: true)
      }
      if given.values.reduce(0, +) == before { break }
    }
    checkShares(given, slack: 3 * agent.slots.capacity + 2)
  }

  private func checkShares(_ given: [Priority: Int], slack: Int) {
    let total = given.values.reduce(0, +)
    log("shares: \(Priority.allCases.map { given[$0, default: 0] })")
    let weights = Priority.allCases.reduce(0) { $0 + $1.weight }
    for priority in Priority.allCases {
      let share = total * priority.weight / weights
      if given[priority, default: 0] < share - slack {
        ledger.violate(
          .order, "\(priority) got \(given[priority, default: 0]) of \(total), and its share is \(share)")
      }
    }
  }
}

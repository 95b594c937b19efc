package import Logging
import NIOCore
package import RedisClient

/// Takes over what a role's consumers can no longer work on: of the dead at once, of others when their lease has
/// lapsed.
@IOActor
package final class Recoverer {
  /// What it gives out.
  package enum Duty {
    /// All but suspects, of which it tells. Where nobody takes them all the same, it gives them out too, as
    /// the other does.
    case others(SuspectTurn, suspectsFound: @IOActor () -> Void)
    /// Suspects, one at a time among all recoverers that share the turn.
    case suspects(SuspectTurn)
  }

  /// Entries taken over by one call.
  private static let maximumBatch = 64

  private let client: RedisClient
  private let keys: Keys
  private let lanes: RoleLanes
  private let slots: Slots
  private let receiver: any DeliveryReceiver
  private let policy: LeasePolicy
  private let logger: Logger
  private let duty: Duty
  private let suspects: SuspectRedelivery
  private var neglect = SuspectNeglect()
  private var pace: TakeoverPace
  /// Of the connection.
  private var failuresSeen: Int
  /// Workers that are known to be dead and whose consumers still stand.
  private var dead: Set<String>
  private var known: [String: DeadWorker]
  /// An answer was lost: the server may have given us what never arrived here.
  private var mayHaveMissed = false
  /// Whether the last look has found no suspect, and would have found all that there are.
  private var foundNone = false
  private let looks: AsyncStream<Void>
  private let look: AsyncStream<Void>.Continuation

  /// `dead`: workers that have died.
  package init(
    client: RedisClient, keys: Keys, lanes: RoleLanes, slots: Slots, receiver: any DeliveryReceiver,
    policy: LeasePolicy, duty: Duty, dead: [DeadWorker] = [], logger: Logger
  ) {
    self.client = client
    self.keys = keys
    self.lanes = lanes
    self.slots = slots
    self.receiver = receiver
    self.policy = policy
    self.logger = logger
    self.duty = duty
    self.dead = Set(dead.map(\.incarnation))
    known = Dictionary(dead.map { ($0.incarnation, $0) }) { first, _ in first }
    pace = TakeoverPace(policy: policy)
    (looks, look) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    failuresSeen = client.health.failures
    let turn =
      switch duty {
      case .others(let turn, _): turn
      case .suspects(let turn): turn
      }
    suspects = SuspectRedelivery(
      client: client, slots: slots, turn: turn, receiver: receiver, logger: logger)
  }

  /// Whether something may be left of the workers that are known to be dead.
  package var hasDead: Bool { !dead.isEmpty }

  /// Whether there is no suspect, neither in the server nor in work.
  package var isClear: Bool { foundNone && lanes.heldCount == 0 && suspects.isIdle }

  /// These have died meanwhile; there is a look for them at once.
  package func learn(of workers: [DeadWorker]) {
    for worker in workers {
      dead.insert(worker.incarnation)
      known[worker.incarnation] = worker
    }
    foundNone = false
    look.yield()
  }

  /// Looks again and again until the slots are closed or the task is cancelled.
  package func run() async {
    await withDiscardingTaskGroup { group in
      group.addTask { await self.suspects.run() }
      group.addTask { await self.lookInTime() }
      defer {
        suspects.finish()
        group.cancelAll()
      }
      for await _ in looks {
        if slots.isClosed { return }
        await sweep()
      }
    }
  }

  private func lookInTime() async {
    repeat {
      look.yield()
      // Cancelled: the host ends.
      let interval = Duration.nanoseconds(policy.sweepInterval.nanoseconds)
      guard (try? await IOActor.sleep(untilNext: interval)) != nil else { return }
    } while !slots.isClosed
    look.finish()
  }

  private func sweep() async {
    do throws(RedisError) {
      noticeAbsence()
      let start = NIODeadline.now()
      let isAnyHeld = try await PendingEntries.areAny(on: lanes.sources, client: client)
      let now = NIODeadline.now()
      let takesLapsed = pace.answered(after: now - start, at: now)
      if !isAnyHeld, dead.isEmpty { return foundNothing(takesLapsed: takesLapsed) }
      if suspects.mayHaveMissed {
        suspects.mayHaveMissed = false
        mayHaveMissed = true
      }
      // A read can take effect after its reader has looked for what it missed: so it is looked at every time.
      let idle = mayHaveMissed ? TimeAmount.zero : policy.unseenAge
      for source in lanes.sources {
        try await PendingEntries.deliverUnseen(
          of: source, idle: idle, limit: Self.maximumBatch, to: receiver, client: client)
      }
      mayHaveMissed = false
      switch duty {
      case .others(_, let suspectsFound): try await takeOthers(takesLapsed: takesLapsed, suspectsFound)
      case .suspects: try await takeSuspects(takesLapsed: takesLapsed)
      }
    } catch {
      pace.failed()
      mayHaveMissed = true
      foundNone = false
      client.warn("taking over failed", error)
    }
  }

  /// There is no entry on any stream that anybody holds.
  private func foundNothing(takesLapsed: Bool) {
    mayHaveMissed = false
    suspects.mayHaveMissed = false
    foundNone = takesLapsed
    neglect.endsNow()
  }

  private func takeOthers(
    takesLapsed: Bool, _ suspectsFound: @IOActor () -> Void
  ) async throws(RedisError) {
    let asked = dead
    var standing: Set<String> = []
    var left: [Takeover] = []
    var leftCount = 0
    for source in lanes.sources {
      let deadConsumers = try await consumersOfTheDead(on: source)
      let takeover = takeover(of: deadConsumers, on: source, takesLapsed: takesLapsed)
      let count = try await takeOthers(takeover, suspectsFound)
      if count > 0 {
        leftCount += count
        left.append(takeover)
        standing.formUnion(deadConsumers.map(\.incarnation))
      } else {
        standing.formUnion(try await removeConsumers(deadConsumers, from: source))
      }
    }
    // Others may have been learned of meanwhile.
    dead = standing.union(dead.subtracting(asked))
    if neglect.isTooLong(left: leftCount, at: .now(), patience: policy.suspectPatience) {
      logger.warning(
        "\(leftCount) suspects of role \(lanes.sources.first?.role ?? "") are worked on by nobody: given out here, one by one"
      )
      for takeover in left { suspects.redeliver(takeover) }
    }
  }

  /// Whoever takes all others over also removes the dead.
  private func takeSuspects(takesLapsed: Bool) async throws(RedisError) {
    let deadBefore = dead
    var foundNone = takesLapsed
    for source in lanes.sources {
      let takeover = takeover(
        of: try await consumersOfTheDead(on: source), on: source, takesLapsed: takesLapsed)
      guard try await takeover.call(.others, limit: 0, client: client).suspects > 0 else { continue }
      foundNone = false
      suspects.redeliver(takeover)
    }
    self.foundNone = foundNone && dead == deadBefore
  }

  /// Since the last look, however long that took.
  private func noticeAbsence() {
    guard client.health.failures != failuresSeen else { return }
    failuresSeen = client.health.failures
    pace.failed()
  }

  /// Takes over what is left on one stream. How many suspects are left there.
  private func takeOthers(
    _ takeover: Takeover, _ suspectsFound: @IOActor () -> Void
  ) async throws(RedisError) -> Int {
    let source = takeover.source
    // Asked first without taking: a reader that has reserved all slots is not disturbed for nothing.
    var answer = try await takeover.call(.others, limit: 0, client: client)
    // Before slots are waited for.
    if answer.suspects > 0 { suspectsFound() }
    var count = 0
    while answer.others > 0 {
      let reserved = await slots.reserve(upTo: Self.maximumBatch)
      defer { slots.cancelReservation(reserved) }
      if reserved == 0 { break }
      answer = try await takeover.call(.others, limit: reserved, client: client)
      if answer.taken.isEmpty { break }
      count += answer.taken.count
      let now = NIODeadline.now()
      receiver.receive(
        answer.taken.compactMap { source.take($0.entry, deliveries: $0.deliveries, at: now) })
    }
    if count > 0 { logger.notice("took over \(count) entries of \(source.stream)") }
    return answer.suspects
  }

  private func takeover(
    of deadConsumers: [ConsumerName], on source: DeliverySource, takesLapsed: Bool
  ) -> Takeover {
    Takeover(
      of: deadConsumers, known: known, on: source, policy: policy, takesLapsed: takesLapsed,
      failures: failuresSeen)
  }

  private func consumersOfTheDead(on source: DeliverySource) async throws(RedisError) -> [ConsumerName] {
    if dead.isEmpty { return [] }
    return try await ConsumerGroups.consumers(of: source, client: client)
      .compactMap { ConsumerName($0.name) }.filter { dead.contains($0.incarnation) }
  }

  private func removeConsumers(_ names: [ConsumerName], from source: DeliverySource) async throws(RedisError)
    -> Set<String>
  {
    var standing: Set<String> = []
    for name in names {
      // First: by its consumer an agent is missed, and without one nobody would ask for its stream again.
      let moved = try await ConsumerGroups.retireAgentStream(
        of: name, role: source.role, keys: keys, client: client)
      if moved > 0 { logger.notice("\(moved) entries of \(name)'s own stream are work for the role now") }
      if try await !ConsumerGroups.leave(source, consumer: name.description, client: client) {
        standing.insert(name.incarnation)
      }
    }
    return standing
  }
}

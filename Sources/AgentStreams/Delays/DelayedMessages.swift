package import Logging
import NIOCore
package import RedisClient

/// Moves the delayed messages of roles into their streams when they are due. Every host does it, for the roles that
/// it serves; each message is moved once, by the server's clock.
@IOActor
package final class DelayedMessages {
  /// Messages moved by one call.
  private static let maximumBatch = 100
  /// Roles in one call.
  private static let maximumRoles = 50
  /// How late a message may be looked for of which nobody told those who serve its role.
  package nonisolated static let longestWait = Duration.seconds(5)
  /// Until those are looked for again that could not be moved.
  private static let retryInterval = Duration.seconds(1)
  /// For so long what this host is told of is gathered.
  private static let gathering = Duration.milliseconds(20)

  private let client: RedisClient
  private let keys: Keys
  private let roles: @IOActor () -> [String]
  private let logger: Logger
  private let longestWait: Duration
  private var timer: (due: NIODeadline, scheduled: Scheduled<Void>)?
  private var isDue = true
  /// Roles of others for which there is something that they do not know of.
  private var untold: Set<String> = []
  /// Until when something waits that this host has delayed for a role of its own, and that is due soon.
  private var waiting: [String: NIODeadline] = [:]
  private let isTime = Condition()

  /// `roles`: those that this host serves.
  package init(
    client: RedisClient, keys: Keys, logger: Logger, longestWait: Duration = longestWait,
    roles: @escaping @IOActor () -> [String]
  ) {
    self.client = client
    self.keys = keys
    self.roles = roles
    self.logger = logger
    self.longestWait = longestWait
  }

  /// One was delayed by this host. Whoever else serves its role is told where it is due before they look by themselves.
  package func delayed(_ message: CommitWrite.DelayedMessage) {
    let wait = Duration.milliseconds(message.milliseconds)
    if roles().contains(message.role) {
      expect(in: wait)
      let due = NIODeadline.now() + TimeAmount(wait)
      if wait < longestWait { waiting[message.role] = max(due, waiting[message.role] ?? due) }
    } else if wait < longestWait {
      untold.insert(message.role)
      isTime.wakeAll()
    }
  }

  /// There may be one for this role that is due sooner than was known.
  package func look(for role: String) {
    if roles().contains(role) { expect(in: Self.gathering) }
  }

  /// There may be some that are due sooner than was known.
  package func look() {
    isDue = true
    isTime.wakeAll()
  }

  /// Something will be due by then, and is looked for.
  func expect(in wait: Duration) {
    let due = NIODeadline.now() + TimeAmount(wait)
    if let timer, timer.due <= due { return }
    timer?.scheduled.cancel()
    let scheduled = IOActor.eventLoop.scheduleTask(deadline: due) {
      IOActor.assumeIsolated {
        self.timer = nil
        self.look()
      }
    }
    timer = (due, scheduled)
  }

  /// Moves until the task is cancelled.
  package func run() async {
    await withTaskCancellationHandler {
      while !Task.isCancelled {
        await tell()
        if isDue {
          isDue = false
          expect(in: await moveAll())
        }
        await isTime.wait { !isDue && untold.isEmpty && !Task.isCancelled }
      }
    } onCancel: {
      IOActor.execute { self.look() }
    }
    timer?.scheduled.cancel()
    timer = nil
  }

  /// At the end, when nothing is delayed here any more: others who serve these roles know of what they delayed themselves.
  package func handOver() async {
    untold.formUnion(waiting.filter { $0.value > .now() }.keys)
    await tell()
  }

  /// Those who do not hear it look by themselves after a while.
  private func tell() async {
    if untold.isEmpty { return }
    let roles = untold
    untold = []
    do throws(RedisError) {
      try await client.send(roles.map { RedisCommand("PUBLISH", keys.broadcastRole($0), DesiredChange.look) })
    } catch {
      client.warn("telling of delayed messages failed", error)
    }
  }

  /// Returns in how long to look again.
  private func moveAll() async -> Duration {
    let roles = roles()
    waiting = waiting.filter { $0.value > .now() }
    var soonest = IOActor.timeToNextBeat(every: longestWait)
    for start in stride(from: 0, to: roles.count, by: Self.maximumRoles) {
      do throws(RedisError) {
        let next = try await moveDue(Array(roles[start..<min(roles.count, start + Self.maximumRoles)]))
        if let next { soonest = min(soonest, max(.milliseconds(1), next)) }
      } catch {
        client.warn("moving delayed messages failed", error)
        soonest = min(soonest, Self.retryInterval)
      }
    }
    return soonest
  }

  /// Moves what is due for `roles`. Returns in how long to look again; nil when nothing is delayed. What one role's keys
  /// are in the way of is no other's concern.
  func moveDue(_ roles: [String]) async throws(RedisError) -> Duration? {
    var left = roles
    var soonest: Duration?
    while !left.isEmpty {
      let limit = max(1, Self.maximumBatch / left.count)
      let results = try await moveOnce(left, limit: limit)
      for (role, result) in zip(left, results) {
        switch result {
        case .moved(limit, _): break  // there may be more that are due
        case .moved(_, let next?): soonest = min(soonest ?? next, next)
        case .moved(_, nil): break
        case .failed(let why):
          client.warn("moving delayed messages of \(role) failed", .response(why))
          soonest = min(soonest ?? Self.retryInterval, Self.retryInterval)
        }
      }
      left = zip(left, results).filter { if case .moved(limit, _) = $1 { true } else { false } }.map(\.0)
    }
    return soonest
  }

  /// What became of one role's messages.
  private enum Result {
    case moved(Int, next: Duration?)
    case failed(String)
  }

  private func moveOnce(_ roles: [String], limit: Int) async throws(RedisError) -> [Result] {
    let reply = try await StreamScript.moveDue.call(
      client,
      keys: roles.flatMap { role in
        [
          keys.delayed(role), keys.roleStream(role), keys.roleStream(role, .high),
          keys.roleStream(role, .low),
        ]
      }, [String(limit)])
    guard let elements = reply.root.elements.map(Array.init), elements.count == roles.count else {
      throw .unexpectedReply(command: "the script that moves delayed messages")
    }
    return try elements.map { element throws(RedisError) in
      if let why = element.string { return .failed(why) }
      guard var parts = element.elements, let moved = parts.next()?.integer,
        let next = parts.next()?.integer
      else { throw .unexpectedReply(command: "the script that moves delayed messages") }
      return .moved(moved, next: next < 0 ? nil : .milliseconds(next))
    }
  }
}

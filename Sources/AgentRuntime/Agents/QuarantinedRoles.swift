import AgentStreams
import Logging
import RedisClient

/// The roles whose code is quarantined, where their messages are not to wait: for each that no worker of any host
/// serves, a ``QuarantinedRole`` reads.
///
/// It ends before the code is let in again, so no message that an agent could have is taken by both.
@IOActor
final class QuarantinedRoles {
  private static let interval = Duration.seconds(1)
  private static let drainCheck = Duration.milliseconds(20)
  /// How long what is settled may take to be committed, before it is left to whoever finds it.
  private static let commitLimit = Duration.seconds(1)

  private let registry: AgentRegistry
  private let client: RedisClient
  private let keys: Keys
  private let logger: Logger
  private var wanted: [String: QuarantinedCode] = [:]
  private var unserved = UnservedRoles()
  private var due: Set<String> = []
  private var reading: [String: QuarantinedRole] = [:]

  init(registry: AgentRegistry, client: RedisClient, keys: Keys, logger: Logger) {
    self.registry = registry
    self.client = client
    self.keys = keys
    self.logger = logger
  }

  /// Looks until the task is cancelled.
  func run() async {
    // Cancelled: the host ends.
    while (try? await IOActor.sleep(untilNext: Self.interval)) != nil {
      if !wanted.isEmpty { await look() }
    }
  }

  /// From now on these roles' messages are not to wait, and no others'. Returns when nothing is read for others.
  func want(_ roles: [String: QuarantinedCode]) async {
    wanted = roles
    await endUnwanted()
  }

  /// Of those that are wanted only these stay.
  func keep(_ isQuarantined: (QuarantinedCode) -> Bool) async {
    await want(wanted.filter { isQuarantined($0.value) })
  }

  private func look() async {
    do throws(RedisError) {
      let workers = try await WorkerStatus.all(client, keys: keys)
      due = unserved.look(at: Set(wanted.keys), served: Set(workers.flatMap(\.roles)), now: .now)
    } catch {
      return client.warn("who serves the roles of quarantined code could not be read", error)
    }
    await endUnwanted()
    for role in due.sorted() where isToBeRead(role) && reading[role] == nil { await begin(role) }
  }

  private func isToBeRead(_ role: String) -> Bool {
    wanted[role] != nil && due.contains(role) && registry.agent(of: role) == nil
  }

  private func begin(_ role: String) async {
    guard let code = wanted[role] else { return }
    do throws(RedisError) {
      let holder = try await registry.add(quarantined: role, code)
      guard isToBeRead(role), wanted[role] == code, reading[role] == nil else { return await end(holder) }
      reading[role] = holder
      logger.warning(
        "role \(role): hash \(code.hash.prefix(12)) is quarantined, and nobody serves it: messages become dead letters"
      )
      await registry.startReading()
    } catch {
      client.warn("nothing is read for role \(role), whose code is quarantined", error)
    }
  }

  private func endUnwanted() async {
    for (role, holder) in reading where !isToBeRead(role) {
      reading[role] = nil
      logger.notice("role \(role): messages become dead letters no more")
      await end(holder)
    }
  }

  private func end(_ holder: QuarantinedRole) async {
    await registry.remove(holder)
    let deadline = ContinuousClock.now + Self.commitLimit
    while holder.heldCount > 0, .now < deadline {
      guard (try? await IOActor.sleep(for: Self.drainCheck)) != nil else { break }  // cancelled: at the end
    }
    await registry.retire(holder)
  }
}

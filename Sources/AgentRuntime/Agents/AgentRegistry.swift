import AgentPlugins
import AgentStreams
import Logging
import RedisClient

/// The agents that this host serves, and the loops that read for them.
@IOActor
final class AgentRegistry {
  private struct Entry {
    let agent: any RoleHolder
    /// None on probation.
    let readers: Readers?
    /// Nil until it is read for.
    var recoverer: Recoverer?
  }

  /// How often an agent's streams are tried to be made before it is refused: about half a minute without a server.
  private static let joinAttempts = 30

  private let client: RedisClient
  private let keys: Keys
  private let identity: HostIdentity
  private let records: WorkerRecords
  private let dead: DeadWorkers
  /// Whether an agent was removed before what the dead held for its role had been taken over.
  private var leftDead = false
  private let settings: Settings
  private let leases: LeasePolicy
  private var pausedRoles: Set<String> = []
  private let road: Road
  private let duty: WorkerDuty
  private let suspectTurn = SuspectTurn()
  private let loops: LoopGroup
  private let waker: StreamWaker
  private let logger: Logger
  private var entries: [Entry] = []
  private(set) var agents: [ServedAgent] = []
  /// Those that hear what is said to agents. Each sign of life of each agent is, so they are not looked for among all.
  private(set) var listeners: [ServedAgent] = []
  /// Agents for which nothing is read any more, and which may still hold something.
  private var removed: [any RoleHolder] = []
  /// Called when something happens to an agent.
  var happened: @IOActor (AgentEvent, any RoleHolder) -> Void = { _, _ in }
  /// Called when other agents are served than before.
  var changed: @IOActor () -> Void = {}
  private var nextNumber = 1

  init(
    client: RedisClient, keys: Keys, identity: HostIdentity, records: WorkerRecords, dead: DeadWorkers,
    settings: Settings, road: Road, duty: WorkerDuty, logger: Logger
  ) {
    self.duty = duty
    self.client = client
    self.keys = keys
    self.identity = identity
    self.records = records
    self.settings = settings
    leases = settings.leasePolicy
    self.road = road
    self.logger = logger
    self.dead = dead
    loops = LoopGroup()
    waker = StreamWaker(client: client, logger: logger)
    dead.learn = { [unowned self] workers in
      for entry in entries { entry.recoverer?.learn(of: workers) }
    }
  }

  /// Runs all readers until `quiet`.
  func run() async {
    let waker = waker
    loops.add { await waker.run() }
    await loops.run()
  }

  /// Those that something can be sent to.
  var addressableAgents: [ServedAgent] { if case .probation = duty { [] } else { agents } }

  /// All that may hold entries, whose leases are to be renewed.
  var holders: [any RoleHolder] { entries.map(\.agent) + removed }

  /// The streams of all roles for which something is read, each once.
  var lanes: [RoleLanes] {
    var known: Set<String> = []
    return entries.map(\.agent).filter { known.insert($0.identity.role).inserted }.map(\.lanes)
  }

  var roleReaders: [RoleConsumer] { entries.compactMap(\.readers?.role) }

  /// Whether nothing is left for a worker on probation.
  var isClearOfSuspects: Bool { entries.allSatisfy { $0.recoverer?.isClear == true } }

  /// What has been done for each role, also for those that are served no more.
  var roleTotals: [RoleTotals] { road.counters.all }

  /// All roles for which something is read.
  var roles: Set<String> { Set(entries.map(\.agent.identity.role)) }

  /// Nothing new is taken for these roles; for all others it is.
  func pause(_ roles: Set<String>) {
    for role in roles.symmetricDifference(pausedRoles) where self.roles.contains(role) {
      logger.notice("role \(role) is \(roles.contains(role) ? "paused" : "resumed")")
    }
    pausedRoles = roles
    for entry in entries { applyPause(to: entry.agent) }
  }

  private func applyPause(to agent: any RoleHolder) {
    let isPaused = pausedRoles.contains(agent.identity.role)
    if isPaused { agent.slots.pause() } else { agent.slots.resume() }
  }

  func agent(of role: String) -> ServedAgent? { agents.first { $0.identity.role == role } }

  /// Gives `instance` a place of its own. It is served once it has its streams, so that nothing sent to it is refused,
  /// and has been entered.
  func makeAgent(_ instance: AgentInstance) -> ServedAgent {
    let role = instance.descriptor.role
    let agentID = identity.agentID(nextNumber)
    nextNumber += 1
    let place = makePlace(role: role, agentID: agentID, concurrency: instance.descriptor.concurrency)
    return ServedAgent(
      identity: place.identity, instance: instance, slots: place.slots, lanes: place.lanes,
      ownSource: place.ownSource, road: road)
  }

  /// The same for a role whose `code` may not run.
  func add(quarantined role: String, _ code: QuarantinedCode) async throws(RedisError) -> QuarantinedRole {
    let agentID = identity.agentID(nextNumber)
    nextNumber += 1
    let place = makePlace(role: role, agentID: agentID, concurrency: nil)
    let holder = QuarantinedRole(
      identity: place.identity, code: code, slots: place.slots, lanes: place.lanes,
      ownSource: place.ownSource, road: road)
    try await join(holder)
    enter(holder)
    return holder
  }

  /// Nothing is read for it before `startReading`.
  func enter(_ holder: any RoleHolder) {
    applyPause(to: holder)
    entries.append(Entry(agent: holder, readers: makeReaders(of: holder)))
    guard let agent = holder as? ServedAgent else { return }
    agents.append(agent)
    if agent.instance.isListening { listeners.append(agent) }
  }

  /// Begins to read for all agents that have been entered: only when all of them have their streams, or the
  /// first message of a new host would find that the next role does not exist yet. What dead workers held is taken
  /// over meanwhile.
  func startReading() async {
    await dead.look()
    for index in entries.indices where entries[index].recoverer == nil {
      let recoverer = makeRecoverer(of: entries[index].agent)
      entries[index].recoverer = recoverer
      if let readers = entries[index].readers {
        loops.add { await readers.role.run() }
        loops.add { await readers.own.run() }
      }
      loops.add { await recoverer.run() }
      happened(.begins, entries[index].agent)
    }
    for entry in entries { await entry.readers?.own.start(waker) }
    changed()
  }

  private func makeRecoverer(of agent: any RoleHolder) -> Recoverer {
    Recoverer(
      client: client, keys: keys, lanes: agent.lanes, slots: agent.slots, receiver: agent, policy: leases,
      duty: recoveryDuty, dead: dead.all, logger: logger)
  }

  private var recoveryDuty: Recoverer.Duty {
    switch duty {
    case .service(_, let suspectsFound): .others(suspectTurn, suspectsFound: suspectsFound)
    case .probation: .suspects(suspectTurn)
    }
  }

  /// What a role's messages are held by here.
  private struct Place {
    let identity: AgentIdentity
    let slots: Slots
    let lanes: RoleLanes
    let ownSource: DeliverySource
  }

  private func makePlace(role: String, agentID: String, concurrency: Int?) -> Place {
    let slots = Slots(capacity: concurrency ?? settings.concurrency)
    let consumer = ConsumerName(agentID: agentID, incarnation: identity.incarnation).description
    return Place(
      identity: AgentIdentity(role: role, agentID: agentID), slots: slots,
      lanes: RoleLanes(keys: keys, role: role, consumer: consumer, slots: slots),
      ownSource: DeliverySource(
        stream: keys.agentStream(agentID), group: keys.agentGroup(agentID), consumer: consumer, role: role,
        slots: slots))
  }

  /// Makes the streams of an agent. A server that goes and comes back, or a connection that is lost, must not cost the
  /// agent: nobody would bring it in again before the next reload.
  func join(_ agent: any RoleHolder) async throws(RedisError) {
    var backoff = Backoff()
    for _ in 1..<Self.joinAttempts {
      do throws(RedisError) {
        return try await joinOnce(agent)
      } catch {
        guard error.meaning == nil || error.meaning == .passing else { throw error }
        logger.warning(
          "the streams of role \(agent.identity.role) are not there yet, trying again: \(error)",
          metadata: agent.identity.logNames)
        // Cancelled: the host ends.
        guard (try? await IOActor.sleep(for: backoff.next())) != nil else { throw error }
      }
    }
    try await joinOnce(agent)
  }

  private func joinOnce(_ agent: any RoleHolder) async throws(RedisError) {
    // On probation nobody reads it: whoever sent something there would wait.
    let own: DeliverySource? = if case .probation = duty { nil } else { agent.ownSource }
    try await StreamGroups.join(agent.lanes, own: own) { command throws(RedisError) in
      try await self.client.send(command, effect: .repeatable)
    }
  }

  private func makeReaders(of agent: any RoleHolder) -> Readers? {
    if case .probation = duty { return nil }
    return Readers(
      role: RoleConsumer(
        client: client, waker: waker, lanes: agent.lanes, slots: agent.slots, receiver: agent,
        hasJoined: true,
        logger: logger),
      own: AgentStreamConsumer(
        client: client, source: agent.ownSource, lanes: agent.lanes, receiver: agent, logger: logger))
  }

  /// Takes no more for `agent`; what it holds goes on.
  func remove(_ agent: any RoleHolder) async {
    guard let index = entries.firstIndex(where: { $0.agent === agent }) else { return }
    let entry = entries.remove(at: index)
    agents.removeAll { $0 === agent }
    listeners.removeAll { $0 === agent }
    removed.append(agent)
    if entry.recoverer?.hasDead == true { leftDead = true }
    changed()
    await stopReading(entry)
    if agent.heldCount == 0 { removed.removeAll { $0 === agent } }
  }

  private func stopReading(_ entry: Entry) async {
    await entry.readers?.own.stop(waker)
    await quiet(entry)
  }

  private func quiet(_ entry: Entry) async {
    guard let readers = entry.readers else { return entry.agent.slots.close() }
    await readers.quiet()
  }

  /// Reads nothing more for anybody.
  func quiet() async {
    let entries = entries
    await waker.quiet()
    await withDiscardingTaskGroup { group in
      for entry in entries { group.addTask { await self.quiet(entry) } }
    }
    loops.finish()
  }

  /// Removes what an agent that has ended leaves in the server: its consumers, and its own stream.
  func retire(_ agent: any RoleHolder) async {
    defer {
      removed.removeAll { $0 === agent }
      happened(.ends, agent)
    }
    do throws(RedisError) {
      // First: by its consumers an agent is missed, where this is broken off.
      if let name = ConsumerName(agent.ownSource.consumer) {
        try await ConsumerGroups.retireAgentStream(
          of: name, role: agent.identity.role, keys: keys, client: client)
      }
      for source in agent.lanes.sources {
        try await ConsumerGroups.leave(source, consumer: source.consumer, client: client)
      }
    } catch {
      logger.warning(
        "agent \(agent.identity.agentID) could not be taken off the streams: \(error)",
        metadata: agent.identity.logNames)
    }
  }

  /// At the end, when this worker holds nothing any more. The dead are remembered until then: a library that
  /// comes later may serve a role of theirs.
  func retireRecords() {
    if case .service(let place, _) = duty, !leftDead, entries.allSatisfy({ $0.recoverer?.hasDead == false }) {
      dead.forget(servedAt: place)
    }
    records.retire()
  }
}

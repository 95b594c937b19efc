import AgentPlugins
import AgentStreams
import Logging
import RedisClient

/// The agents that this host serves, and the loops that read for them.
@IOActor
final class AgentRegistry {
  private struct Entry {
    let agent: ServedAgent
    let readers: Readers
    var isReading = false
  }

  private let client: RedisClient
  private let keys: Keys
  private let identity: HostIdentity
  private let records: WorkerRecords
  /// Workers that have been taken over wholly, as far as this host serves their roles.
  private var takenOver: Set<String> = []
  private let settings: Settings
  private let road: Road
  private let loops: LoopGroup
  private let waker: AgentStreamWaker
  private let logger: Logger
  private var entries: [Entry] = []
  private var nextNumber = 1

  init(
    client: RedisClient, keys: Keys, identity: HostIdentity, records: WorkerRecords, settings: Settings,
    road: Road, logger: Logger
  ) {
    self.client = client
    self.keys = keys
    self.identity = identity
    self.records = records
    self.settings = settings
    self.road = road
    self.logger = logger
    loops = LoopGroup()
    waker = AgentStreamWaker(client: client, logger: logger)
  }

  /// Runs all readers until `quiet`.
  func run() async {
    let waker = waker
    loops.add { await waker.run() }
    await loops.run()
  }

  var agents: [ServedAgent] { entries.map(\.agent) }

  func agent(of role: String) -> ServedAgent? { entries.first { $0.agent.identity.role == role }?.agent }

  /// Gives `instance` a place of its own, with its streams, so that nothing sent to it is refused. Nothing
  /// is read for it before `startReading`.
  func add(_ instance: AgentInstance) async throws(RedisError) -> ServedAgent {
    let role = instance.descriptor.role
    let agentID = identity.agentID(nextNumber)
    nextNumber += 1
    let agent = makeAgent(instance, role: role, agentID: agentID)
    try await ensureGroups(of: agent)
    let readers = makeReaders(of: agent)
    entries.append(Entry(agent: agent, readers: readers))
    return agent
  }

  /// Begins to read for all agents that have been added: only when all of them have their streams, or the
  /// first message of a new host would find that the next role does not exist yet.
  func startReading() async {
    var added: [(DeliverySource, any DeliveryReceiver)] = []
    for index in entries.indices where !entries[index].isReading {
      entries[index].isReading = true
      let readers = entries[index].readers
      loops.add { await readers.role.run() }
      loops.add { await readers.own.run() }
      let agent = entries[index].agent
      added += [(agent.roleSource, agent), (agent.ownSource, agent)]
    }
    takeOver(to: added)
    for entry in entries { await waker.add(entry.readers.own) }
  }

  private func makeAgent(_ instance: AgentInstance, role: String, agentID: String) -> ServedAgent {
    let slots = Slots(capacity: instance.descriptor.concurrency ?? settings.concurrency)
    let consumer = ConsumerName(agentID: agentID, incarnation: identity.incarnation).description
    return ServedAgent(
      identity: AgentIdentity(role: role, agentID: agentID), instance: instance,
      roleSource: DeliverySource(
        stream: keys.roleStream(role), group: keys.roleGroup(role), consumer: consumer, role: role,
        slots: slots),
      ownSource: DeliverySource(
        stream: keys.agentStream(agentID), group: keys.agentGroup(agentID), consumer: consumer, role: role,
        slots: slots),
      road: road)
  }

  private func ensureGroups(of agent: ServedAgent) async throws(RedisError) {
    let connection = try await client.openDedicated(name: "groups")
    defer { connection.close() }
    try await StreamGroups.ensure(agent.roleSource, send: connection.send)
    try await StreamGroups.ensure(agent.ownSource, send: connection.send)
  }

  private func makeReaders(of agent: ServedAgent) -> Readers {
    Readers(
      role: RoleConsumer(client: client, source: agent.roleSource, receiver: agent, logger: logger),
      own: AgentStreamConsumer(client: client, source: agent.ownSource, receiver: agent, logger: logger))
  }

  /// What dead workers held is taken over while fresh messages are read.
  private func takeOver(to sources: [(DeliverySource, any DeliveryReceiver)]) {
    let dead: [String]
    do throws(SystemCallError) {
      dead = try records.dead()
    } catch {
      logger.error("workers that died can't be found, what they held stays with them: \(error)")
      return
    }
    guard !dead.isEmpty, !sources.isEmpty else { return }
    let recoverer = Recoverer(client: client, keys: keys, logger: logger)
    loops.add {
      if await recoverer.takeOver(fromWorkers: dead, to: sources) { await self.tookOver(dead) }
    }
  }

  private func tookOver(_ workers: [String]) {
    takenOver.formUnion(workers)
  }

  /// Takes no more for `agent`; what it holds goes on.
  func remove(_ agent: ServedAgent) async {
    guard let index = entries.firstIndex(where: { $0.agent === agent }) else { return }
    let entry = entries.remove(at: index)
    await waker.remove(entry.readers.own)
    await entry.readers.quiet()
  }

  /// Reads nothing more for anybody.
  func quiet() async {
    let readers = entries.map(\.readers)
    await waker.quiet()
    await withDiscardingTaskGroup { group in
      for reader in readers { group.addTask { await reader.quiet() } }
    }
    loops.finish()
  }

  /// Removes what an agent that has ended leaves in the server: its consumers, and its own stream.
  func retire(_ agent: ServedAgent) async {
    do throws(RedisError) {
      try await ConsumerGroups.leave(agent.roleSource, consumer: agent.roleSource.consumer, client: client)
      try await ConsumerGroups.retireAgentStream(
        agent.ownSource.stream, group: agent.ownSource.group, roleStream: agent.roleSource.stream,
        client: client)
    } catch {
      logger.warning("agent \(agent.identity.agentID) could not be taken off the streams: \(error)")
    }
  }

  /// At the end, when this worker holds nothing any more. The dead are remembered until then: a library that
  /// comes later may serve a role of theirs.
  func retireRecords() {
    records.forget(takenOver.sorted())
    records.retire()
  }
}

/// One agent and what belongs to it: the object behind `agenthost_agent_v1`. Its tasks hold it, so that
/// one that still runs after `destroy` touches no freed memory.
final class AgentInstance: Sendable {
  private let agent: any Agent
  private let role: String
  private let name: String
  private let host: HostConnection
  private let tasks = RunningTasks()
  private let hearing = HearingTask()

  init(_ type: any Agent.Type, host: UnsafePointer<agenthost_host_v1>) throws {
    let connection = HostConnection(host)
    agent = try type.init(configuration: connection.configuration)
    role = connection.role ?? type.role
    name = AgentName.of(type)
    self.host = connection
  }

  func start(_ token: agenthost_token_v1) {
    run(token) { instance in
      try await instance.agent.start(context: instance.context(token))
      instance.beginHearing()
      return []
    }
  }

  private func beginHearing() {
    guard type(of: agent)._isListening else { return }
    let (agent, context) = (agent, context(0))
    hearing.begin(on: PluginThreads(host: host, token: 0)) { await agent._received($0, context: context) }
  }

  func received(_ broadcast: Broadcast) { hearing.add(broadcast) }

  var timerMilliseconds: UInt32 { agent.timerMilliseconds }

  func fired(_ token: agenthost_token_v1) {
    run(token) { instance in
      try await instance.agent._timerFired(context: instance.context(token))
      return []
    }
  }

  /// What it can do beyond working on messages.
  func ability(_ identifier: String) -> UnsafeRawPointer? {
    switch identifier {
    case AGENTHOST_EXTENSION_BROADCAST where type(of: agent)._isListening: AbilityTables.broadcast
    case AGENTHOST_EXTENSION_TIMER where type(of: agent)._isTimed: AbilityTables.timer
    case AGENTHOST_EXTENSION_OBSERVER where type(of: agent)._isObserver: AbilityTables.observer
    default: nil
    }
  }

  func process(_ token: agenthost_token_v1, _ message: Message) {
    run(token) { instance in
      // Cancelled before it began: there is no use in beginning.
      try Task.checkCancellation()
      return try await instance.agent.process(message, context: instance.context(token)).actions
    }
  }

  func stop(_ token: agenthost_token_v1) {
    run(token) { instance in
      await instance.hearing.end()
      await instance.agent.stop()
      return []
    }
  }

  func cancel(_ token: agenthost_token_v1) { tasks.cancel(token) }

  /// From now on the host is out of reach, and the host pointer no longer in use.
  func close() { host.close() }

  /// One task for one token, which ends in one completion whatever the agent does.
  private func run(
    _ token: agenthost_token_v1, _ work: @escaping @Sendable (AgentInstance) async throws -> [ReplyAction]
  ) {
    let executor = PluginThreads(host: host, token: token, keepsFirst: true)
    let task = Task(executorPreference: executor) {
      do {
        let actions = try await work(self)
        self.tasks.end(token)
        self.host.complete(token, actions)
      } catch {
        self.tasks.end(token)
        self.host.fail(token, describe(error))
      }
    }
    tasks.begin(task, for: token)
    executor.runFirst()
  }

  private func context(_ token: agenthost_token_v1) -> AgentContext {
    AgentContext(
      role: role, name: name, log: AgentLog(host: host, token: token),
      session: AgentSession(host: host))
  }
}

/// An error in its own words, or by its type when it has none.
func describe(_ error: any Error) -> String {
  if error is CancellationError { return "cancelled" }
  let text = String(describing: error)
  return text.isEmpty ? String(reflecting: type(of: error)) : text
}

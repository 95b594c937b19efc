import CAgentABI
package import Logging
import Synchronization

/// One agent of a library: what `create` gave, and the host that it was given.
package final class AgentInstance: @unchecked Sendable {
  package let descriptor: AgentDescriptor
  package let library: AgentLibrary
  // SAFETY: the contract lets the host call the agent from the threads it names; the pointers
  // are written once, and stay valid until `destroy`, after which the host calls nothing of it.
  private let agent: UnsafePointer<agenthost_agent_v1>
  private let host: AgentHost
  private let abilities: AgentAbilities
  private let inbox = BroadcastInbox()
  /// Between two calls of `fire`; 0: it is not called.
  private let timerMilliseconds = Atomic<UInt32>(0)
  let recorded: CrashRecord.Agent
  /// Calls into the agent that have not returned; `destroyed` once there may be none any more.
  private let entered = Atomic<Int>(0)
  private static let destroyed = Int.min

  private init(
    descriptor: AgentDescriptor, library: AgentLibrary, agent: UnsafePointer<agenthost_agent_v1>,
    host: AgentHost
  ) {
    self.descriptor = descriptor
    self.library = library
    self.agent = agent
    self.host = host
    abilities = AgentAbilities(of: agent)
    recorded = host.recorded
    askTimer()
  }

  private func askTimer() {
    guard let timer = abilities.timer else { return }
    timerMilliseconds.store(timer.pointee.interval_milliseconds(agent), ordering: .relaxed)
  }

  /// What a log's line about this agent bears.
  package var logNames: Logger.Metadata { descriptor.logNames(in: library) }

  /// [loader] Makes an agent by its descriptor. `settings` is what an operator says to it, `session` the host's life.
  package static func create(
    _ descriptor: AgentDescriptor, of library: AgentLibrary, settings: AgentSettings,
    session: HostSession, calls: CallTable, logger: Logger
  ) throws(LibraryError) -> AgentInstance {
    let recorded =
      library.record?.addAgent(role: descriptor.role, name: descriptor.name, of: library.recorded) ?? .none
    let host = AgentHost(
      calls: calls, threads: library.threads, recorded: recorded, role: descriptor.role,
      settings: settings, session: session, logger: logger)
    var why = agenthost_text_v1(bytes: nil, length: 0)
    guard
      let agent = library.factory.pointee.create(
        library.factory, descriptor.index, host.pointer, &why)
    else {
      let text = why.copiedText
      throw LibraryError(
        file: library.file, step: .create, expected: "an agent for role \"\(descriptor.role)\"",
        found: text.isEmpty ? "create returned NULL" : text,
        advice: "the library's own initialiser refused; its message says why")
    }
    library.agentMade()
    return AgentInstance(descriptor: descriptor, library: library, agent: agent, host: host)
  }

  /// Services of the host that it has asked for and is not granted, in order.
  package var refusedServices: [String] { host.refusedServices }

  /// Once, when nothing is asked of it any more: with the last of its library go the threads.
  package func end() {
    library.agentEnded()
  }

  /// [agent] A message that nobody waits for any more is not handed over.
  func process(_ token: CallToken, _ message: any AgentMessage) {
    guard host.calls.begin(token, of: recorded, on: message) else { return }
    enter { message.withMessage { agent.pointee.process(agent, token.rawValue, $0) } }
  }

  /// Calls into the agent, unless it is no more; it is not destroyed meanwhile.
  private func enter(_ call: () -> Void) {
    // Below zero it stays, whoever else has come: there are never so many at once that it would reach zero again.
    let isThere = entered.add(1, ordering: .acquiring).newValue > 0
    if isThere { call() }
    entered.subtract(1, ordering: .releasing)
  }

  /// Has the agent's threads call `start`; the token's completion says how it went.
  package func start(_ token: CallToken) {
    library.threads.enqueue(
      .call(of: recorded) { self.enter { self.agent.pointee.start(self.agent, token.rawValue) } })
  }

  /// Has the agent's threads call `stop`, once it has heard all broadcasts; the token's completion says how it went.
  package func stop(_ token: CallToken) {
    inbox.finish {
      self.library.threads.enqueue(
        .call(of: self.recorded) { self.enter { self.agent.pointee.stop(self.agent, token.rawValue) } })
    }
  }

  /// Whether it watches others, and is to be stopped after them.
  package var isObserver: Bool { abilities.isObserver }

  /// Whether it hears broadcasts.
  package var isListening: Bool { abilities.broadcast != nil }

  /// Seconds until `fire` is to be called again; nil: it is not.
  package var timerInterval: Double? {
    let milliseconds = timerMilliseconds.load(ordering: .relaxed)
    return milliseconds == 0 ? nil : Double(milliseconds) / 1000
  }

  /// Has the agent's threads tell it that it is time; the token's completion says how it went.
  package func fire(_ token: CallToken) {
    guard abilities.timer != nil, !inbox.hasEnded else {
      _ = host.calls.complete(token, .actions([]))
      return
    }
    library.threads.enqueue(
      .call(of: recorded) {
        self.enter {
          self.askTimer()
          self.abilities.timer?.pointee.fired(self.agent, token.rawValue)
        }
      })
  }

  /// Has the agent's threads tell it what is said to all of its kind.
  package func hear(_ broadcast: Broadcast) {
    guard isListening, inbox.add(broadcast) else { return }
    library.threads.enqueue(.call(of: recorded) { self.hearAll() })
  }

  private func hearAll() {
    while true {
      switch inbox.next() {
      case .broadcast(let broadcast): enter { hear(broadcast.role ?? "", broadcast.text) }
      case .empty(let missed):
        if missed > 0 { host.logger.warning("\(descriptor.name) was too slow for \(missed) broadcasts") }
        return
      }
    }
  }

  private func hear(_ role: String, _ text: String) {
    agenthost_text_v1.withBorrowed(role) { role in
      agenthost_text_v1.withBorrowed(text) { abilities.broadcast?.pointee.received(agent, role, $0) }
    }
  }

  /// [any] Tells the agent that nobody waits for `token` any more.
  package func cancel(_ token: CallToken) {
    enter { agent.pointee.cancel(agent, token.rawValue) }
  }

  /// [loader] Frees the agent, which must have stopped. False where a call into it has not returned: it stays as
  /// it is, rather than being freed under a thread that works in it.
  package func destroy() -> Bool {
    let isFree = entered.compareExchange(
      expected: 0, desired: Self.destroyed, ordering: .acquiringAndReleasing
    ).exchanged
    if isFree { agent.pointee.destroy(agent) }
    return isFree
  }
}

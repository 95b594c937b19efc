/// Who is to answer for a worker's death, as far as what it wrote down says.
package struct CrashVerdict: Sendable, Equatable {
  package enum Charge: Sendable, Equatable {
    /// No message: the agent did it by itself, or nothing was in an agent's hands.
    case nobody
    /// This one.
    case one(RecordedDeath.Call)
    /// Some code has done it that worked on one of these; which, is found out by working on each alone.
    case oneOf([RecordedDeath.Call])
    /// Nobody knows whether it was any of these.
    case perhaps([RecordedDeath.Call])
  }

  /// Whose code it was; nil where that is not known.
  package var library: RecordedDeath.Library?
  /// The agent, where it is known.
  package var agent: RecordedDeath.Agent?
  package var charge: Charge

  package init(_ death: RecordedDeath) {
    guard let end = death.end else {
      // Killed from outside, or for want of memory: anything that was in work may have been the cause.
      self.init(library: nil, agent: nil, charge: death.calls.isEmpty ? .nobody : .perhaps(death.calls))
      return
    }
    if let agent = end.agent {
      // On a thread that was doing this agent's work. A call that has ended is no message's fault any more.
      let call = death.calls.first { $0.token == end.token }
      self.init(library: agent.library, agent: agent, among: call.map { [$0] } ?? [])
      return
    }
    // On another thread, of the agent's own or of the system's: by whose code lay on its stack.
    let addresses = end.frames + end.words
    let library = addresses.lazy.compactMap { address in
      death.libraries.first { $0.addresses.contains(address) }
    }.first
    guard let library else {
      self.init(library: nil, agent: nil, among: death.calls)
      return
    }
    let calls = death.calls.filter { $0.agent.library == library }
    self.init(library: library, agent: calls.count == 1 ? calls[0].agent : nil, among: calls)
  }

  private init(
    library: RecordedDeath.Library?, agent: RecordedDeath.Agent?, among calls: [RecordedDeath.Call]
  ) {
    let charge: Charge =
      switch calls.count {
      case 0: .nobody
      case 1: .one(calls[0])
      default: .oneOf(calls)
      }
    self.init(library: library, agent: agent, charge: charge)
  }

  private init(library: RecordedDeath.Library?, agent: RecordedDeath.Agent?, charge: Charge) {
    self.library = library
    self.agent = agent
    self.charge = charge
  }

  /// Messages whose count of deliveries goes up.
  package var charged: [RecordedDeath.Call] {
    switch charge {
    case .nobody, .oneOf: []
    case .one(let call): [call]
    case .perhaps(let calls): calls
    }
  }

  /// Messages that nothing else is to be worked on beside.
  package var suspected: [RecordedDeath.Call] {
    switch charge {
    case .nobody, .perhaps: []
    case .one(let call): [call]
    case .oneOf(let calls): calls
    }
  }
}

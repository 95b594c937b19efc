package import AgentRuntime
package import AgentStreams
package import RedisClient

/// All that checks go by.
package struct Examination: Sendable {
  package var settings = Settings()
  /// Settings that can't be used, each with what is wrong; the others are examined as if these had not been said.
  package var settingProblems: [String] = []
  package var machine = MachineReading()
  /// Why not all is known that the server could say; nil: it is.
  package var failure: ServerFailure?
  package var server: ServerReading?
  package var system: SystemReading?

  package init() {}
}

/// Why the server did not say all that it was asked for.
package struct ServerFailure: Sendable, Equatable {
  package var why: String
  /// Whether no server answered at all.
  package var isUnreachable: Bool

  package init(why: String, isUnreachable: Bool) {
    self.why = why
    self.isUnreachable = isUnreachable
  }
}

/// What the server says of itself.
package struct ServerReading: Sendable {
  package var facts: ServerFacts
  package var skew: ClockSkew

  package init(facts: ServerFacts, skew: ClockSkew) {
    self.facts = facts
    self.skew = skew
  }
}

/// What works by the server, and what lies in it.
package struct SystemReading: Sendable {
  package var snapshot: SystemSnapshot
  /// By role: its streams, each with whoever reads it.
  package var roleGroups: [String: [GroupStatus]] = [:]
  /// Agents' own streams, by the agents' ids.
  package var agentGroups: [String: GroupStatus] = [:]
  /// Lists for replies that never go by themselves, by their lengths.
  package var lastingResults: [String: Int] = [:]
  /// Whether there were more keys than are looked at.
  package var isComplete = true

  package init(snapshot: SystemSnapshot) {
    self.snapshot = snapshot
  }
}

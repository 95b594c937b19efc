/// What is said of an agent to those of role `stat`. Anybody may say it: agents of other programs say no more than the
/// specification asks for, and nothing of it is trusted.
package struct LifecycleEvent: Decodable, Sendable, Equatable {
  package enum Kind: String, Decodable, Sendable {
    case begins = "init"
    case lives = "heartbeat"
    case hasNewCode = "reload"
    case ends = "exit"
  }

  package var event: Kind
  package var role: String
  package var agentID: String
  /// Whether it had a message in work.
  package var isBusy: Bool
  /// When it was said, in seconds since 1970, by whoever said it.
  package var time: Double
  /// What the agent has done since it began.
  package var figures: AgentFigures

  package init(
    _ event: Kind, role: String, agentID: String, isBusy: Bool = false, time: Double,
    figures: AgentFigures = AgentFigures()
  ) {
    self.event = event
    self.role = role
    self.agentID = agentID
    self.isBusy = isBusy
    self.time = time
    self.figures = figures
  }

  private enum Key: String, CodingKey {
    case kind, event, role, busy, ts, runs, errors, envelopes
    case agentID = "agent_id"
    case runSeconds = "run_seconds"
  }

  /// Longer names are nobody's.
  private static let maximumNameBytes = 256

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    guard try values.decode(String.self, forKey: .kind) == "status" else {
      throw DecodingError.dataCorruptedError(forKey: .kind, in: values, debugDescription: "no event")
    }
    event = try values.decode(Kind.self, forKey: .event)
    role = try values.decode(String.self, forKey: .role)
    agentID = try values.decode(String.self, forKey: .agentID)
    for (key, name) in [(Key.role, role), (.agentID, agentID)] where !Self.isName(name) {
      throw DecodingError.dataCorruptedError(forKey: key, in: values, debugDescription: "no name")
    }
    isBusy = try values.decodeIfPresent(Bool.self, forKey: .busy) ?? false
    time = try values.decode(Double.self, forKey: .ts)
    figures = AgentFigures()
    figures.runs = try values.decodeIfPresent(Int.self, forKey: .runs) ?? 0
    figures.errors = try values.decodeIfPresent(Int.self, forKey: .errors) ?? 0
    figures.runSeconds = try values.decodeIfPresent(Double.self, forKey: .runSeconds) ?? 0
    figures.envelopes =
      try values.decodeIfPresent(EnvelopeFigures.self, forKey: .envelopes) ?? EnvelopeFigures()
    guard figures.isPossible, time.isFinite else {
      throw DecodingError.dataCorruptedError(
        forKey: .runs, in: values, debugDescription: "impossible figures")
    }
  }

  /// A name stands in a line of a report, which it must not break.
  private static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= maximumNameBytes
      && text.unicodeScalars.allSatisfy { $0.value > 32 && $0.value != 127 }
  }
}

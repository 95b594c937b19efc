import NIOCore
import RedisClient

/// What an agent has done here. They stay over a reload, as the agent's place does.
@IOActor
final class AgentFigures {
  private(set) var runs = 0
  private(set) var errors = 0
  private var runTime = TimeAmount.nanoseconds(0)

  nonisolated init() {}

  var runSeconds: Double { Double(runTime.nanoseconds) / 1e9 }

  /// What the agent did not bring to an end, because somebody else wanted it so, counts for nothing.
  func note(_ outcome: Outcome, isError: Bool) {
    switch outcome.result {
    case .actions, .failed, .timedOut: break
    case .handedBack, .cancelled, .lost: return
    }
    runs += 1
    runTime = runTime + (outcome.end - outcome.message.startInstant)
    if isError { errors += 1 }
  }
}

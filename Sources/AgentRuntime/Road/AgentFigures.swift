import AgentEnvelope
import AgentStreams
import NIOCore
import RedisClient

/// What an agent has done here. They stay over a reload, as the agent's place does.
@IOActor
final class AgentFigures {
  private let role: RoleCounter
  private(set) var runs = 0
  private(set) var errors = 0
  private var runTime = TimeAmount.nanoseconds(0)
  private(set) var envelopes = FinishedEnvelopes()

  /// Of an envelope, in seconds.
  private static let longestProcessing = 1e9

  /// `role`: what all agents of its role have done.
  init(role: RoleCounter) { self.role = role }

  var runSeconds: Double { Double(runTime.nanoseconds) / 1e9 }

  /// What the agent did not bring to an end, because somebody else wanted it so, counts for nothing. `writes` is what came
  /// of it.
  func note(_ outcome: Outcome, _ step: Step, _ writes: CommitWrites) {
    switch outcome.result {
    case .actions, .failed, .timedOut: break
    case .handedBack, .cancelled, .lost: return
    }
    runs += 1
    let duration = outcome.end - outcome.message.startInstant
    runTime = runTime + duration
    role.worked(outcome.result, failed: step.error != nil, duration, writes)
    if step.error != nil { errors += 1 }
    guard writes.endsRequest else { return }
    let envelope = outcome.message.envelope
    let created = envelope.createTimestamp
    envelopes.add(
      FinishedEnvelope(
        time: step.endTimestamp, age: created > 0 ? max(0, step.endTimestamp - created) : 0,
        // Anybody may have written these.
        processingSeconds: min(max(0, envelope.totalProcessingTime), Self.longestProcessing) + step.duration,
        steps: envelope.processCount == .max ? .max : envelope.processCount + 1))
  }
}

import AgentEnvelope
import AgentPlugins
import AgentStreams
import NIOCore
import RedisClient

/// The stage between agents and the committer for one agent: routes what the agent wants done, and
/// turns what went wrong into the specification's errors.
@IOActor
final class OutcomeHandler: OutcomeReceiver {
  nonisolated let instance: AgentInstance
  nonisolated let refusals: Refusals
  private let maximumDeliveries: Int
  private let committer: Committer
  private let written: WrittenEnvelopes
  private let figures: AgentFigures

  init(of instance: AgentInstance, refusals: Refusals, road: Road, figures: AgentFigures) {
    self.instance = instance
    self.figures = figures
    self.refusals = refusals
    maximumDeliveries = road.admission.maximumDeliveries
    committer = road.committer
    written = road.written
  }

  func receive(_ outcome: Outcome) {
    let message = outcome.message
    if case .lost = outcome.result { return message.delivery.source.release(message.delivery) }
    let (step, writes) = writes(for: outcome)
    figures.note(outcome, step, writes)
    writes.forEach { if case .forward(_, _, let envelope, let scan?) = $0 { written.keep(envelope, scan) } }
    committer.submit(Settlement(delivery: message.delivery, writes: writes, refused: message))
  }

  private func writes(for outcome: Outcome) -> (Step, CommitWrites) {
    let message = outcome.message
    let step = message.ended(at: outcome.end)
    let router = refusals.router
    switch outcome.result {
    case .actions(let actions):
      do throws(InvalidOutcome) {
        return try self.writes(for: actions, message, step)
      } catch {
        return failure("exception", "the agent's outcome is invalid: \(error)", message, step)
      }
    case .failed(let text):
      return failure("exception", text, message, step)
    case .timedOut:
      return failure("timeout", "Timed out after \(outcome.message.timeout)s", message, step)
    case .handedBack: return (step, [router.handBack(message.delivery, message)])
    case .cancelled: return (step, [refusals.cancelled(message, step)])
    case .lost: return (step, [])
    }
  }

  private func writes(
    for actions: [AgentAction], _ message: ReceivedMessage, _ step: Step
  ) throws(InvalidOutcome) -> (Step, CommitWrites) {
    let router = refusals.router
    guard let position = Self.positionOfRetry(in: actions) else {
      return (step, try router.writes(for: actions, of: message, step: step))
    }
    var sent = actions
    let retry = sent.remove(at: position)
    let sends = try router.writes(for: sent, of: message, step: step)
    let (failed, writes) = self.retry(retry, message, step)
    return (failed, writes + sends)
  }

  private nonisolated static func positionOfRetry(in actions: [AgentAction]) -> Int? {
    for position in actions.indices { if case .retry = actions[position].verb { return position } }
    return nil
  }

  private func retry(
    _ action: AgentAction, _ message: ReceivedMessage, _ step: Step
  ) -> (Step, CommitWrites) {
    let reason = action.error?.message ?? "no reason given"
    var step = step
    let decision = RetryDecision(
      asked: action.delay, deliveries: message.deliveries, maximumDeliveries: maximumDeliveries,
      remaining: (message.hostMember?.deadline).map { $0 - step.endTimestamp })
    switch decision {
    case .again(let milliseconds):
      step.error = "to be tried again in \(Double(milliseconds) / 1000) s: \(reason)"
      return (step, [refusals.router.retry(of: message, after: milliseconds, step: step)])
    case .giveUp(let deliveries):
      let why = "given to agents \(deliveries) times, and to be tried again: \(reason)"
      return (step, refusals.givenUp(why, message, step))
    case .tooLate:
      let why = "to be tried again only after the request's deadline: \(reason)"
      return (step, [refusals.callerError("agenthost.deadline", why, message, step)])
    }
  }

  private func failure(
    _ kind: String, _ text: String, _ message: ReceivedMessage, _ step: Step
  ) -> (Step, CommitWrites) {
    var failed = step
    failed.error = text
    let router = refusals.router
    let write = router.failure(
      code: "\(message.agent.role).\(kind)", text: text, of: message, step: failed,
      to: router.defaultReply(to: message))
    return (failed, [write])
  }
}

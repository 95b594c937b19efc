import AgentEnvelope
import AgentPlugins
import AgentStreams
import NIOCore
import RedisClient

/// The stage between agents and the committer for one agent: routes what the agent wants done, and
/// turns what went wrong into the specification's errors.
@IOActor
final class OutcomeHandler: OutcomeReceiver {
  private let refusals: Refusals
  private let committer: Committer

  init(refusals: Refusals, committer: Committer) {
    self.refusals = refusals
    self.committer = committer
  }

  func receive(_ outcome: Outcome) {
    let message = outcome.message.received
    let (step, writes) = writes(for: outcome)
    committer.submit(
      Settlement(
        delivery: message.delivery, writes: writes,
        refused: RefusedOutcome(refusals: refusals, message: message, step: step)))
  }

  private func writes(for outcome: Outcome) -> (Step, [CommitWrite]) {
    let message = outcome.message.received
    let step = outcome.message.step(endingAt: outcome.end)
    let router = refusals.router
    switch outcome.result {
    case .actions(let actions):
      do throws(InvalidOutcome) {
        return (step, try router.writes(for: actions, of: message, step: step))
      } catch {
        return failure("exception", "the agent's outcome is invalid: \(error)", message, step)
      }
    case .failed(let text):
      return failure("exception", text, message, step)
    case .timedOut:
      return failure("timeout", "Timed out after \(outcome.message.timeout)s", message, step)
    case .handedBack:
      let again = CommitWrite.forward(
        stream: message.delivery.source.stream, envelope: Array(message.bytes.readableBytesView))
      return (step, [again])
    }
  }

  private func failure(
    _ kind: String, _ text: String, _ message: ReceivedMessage, _ step: Step
  ) -> (Step, [CommitWrite]) {
    var failed = step
    failed.error = text
    let router = refusals.router
    let write = router.failure(
      code: "\(message.agent.role).\(kind)", text: text, of: message, step: failed,
      to: router.defaultReply(to: message))
    return (failed, [write])
  }
}

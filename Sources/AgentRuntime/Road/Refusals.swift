import AgentEnvelope
import AgentStreams

/// The outcomes that no agent has made: what a message becomes that may not go on.
final class Refusals: Sendable {
  let router: Router
  let agent: AgentIdentity
  let codeHash: String

  init(router: Router, agent: AgentIdentity, codeHash: String) {
    self.router = router
    self.agent = agent
    self.codeHash = codeHash
  }

  /// For a message that admission has refused.
  func settlement(of message: ReceivedMessage, _ refusal: AdmissionRefusal, now: Double) -> Settlement {
    let step = Step(startTimestamp: now, duration: 0)
    switch refusal {
    case .safety(let text):
      return settlement(message, [router.safetyViolation(text, of: message, now: now)], now: now)
    case .outOfTime(let seconds):
      let write = router.failure(
        code: "\(agent.role).timeout", text: "Timed out after \(max(0, seconds))s", of: message, step: step,
        to: router.defaultReply(to: message))
      return settlement(message, [write], now: now)
    case .invalidTimeout(let why):
      return settlement(message, [callerError("agenthost.invalid_timeout", why, message, step)], now: now)
    case .tooManyDeliveries(let count):
      let why = "given to agents \(count) times without an outcome"
      return settlement(message, givenUp(why, message, step), now: now)
    case .deadline(let passed):
      let why = "the request's deadline passed \(SafetyLimits.twoDecimals(passed)) s ago"
      return settlement(message, [callerError("agenthost.deadline", why, message, step)], now: now)
    case .cancelled: return settlement(message, [cancelled(message, step)], now: now)
    case .quarantined(let why): return settlement(message, quarantined(why, message, step), now: now)
    }
  }

  /// A message that has been given to agents as often as may be.
  func givenUp(_ why: String, _ message: ReceivedMessage, _ step: Step) -> CommitWrites {
    [
      deadLetter(
        message.delivery, deliveries: message.deliveries, code: "agenthost.deliveries", reason: why,
        now: step.endTimestamp),
      callerError("agenthost.deliveries", why, message, step),
    ]
  }

  /// A message of a role whose code may not run: kept, for when it may, while its caller hears of it.
  private func quarantined(_ why: String, _ message: ReceivedMessage, _ step: Step) -> CommitWrites {
    let code = "agenthost.quarantined"
    return [
      deadLetter(
        message.delivery, deliveries: message.deliveries, code: code, reason: why, now: step.endTimestamp),
      callerError(code, why, message, step),
    ]
  }

  /// The caller of a cancelled request hears that it was.
  func cancelled(_ message: ReceivedMessage, _ step: Step) -> CommitWrite {
    router.failure(
      code: "agenthost.cancelled", text: "the request was cancelled", of: message, step: step,
      to: .resultList(message.resultList), state: .cancelled)
  }

  /// For an entry that is no envelope: a dead letter, and an error for the caller where one is named.
  func settlement(of delivery: Delivery, unreadable error: EnvelopeError?, now: Double) -> Settlement {
    let code = "agenthost.invalid_envelope"
    let reason = error?.description ?? "the entry has no field named envelope"
    let letter = deadLetter(delivery, code: code, reason: reason, now: now)
    var writes: CommitWrites = [letter]
    if let error, let list = error.resultList, Address.isResultList(list) {
      let messageID = error.messageID ?? ""
      let envelope = FreshEnvelope(
        conversationID: error.conversationID ?? "", messageID: messageID, targetList: list,
        senderRole: agent.role, senderAgentID: agent.agentID, kind: "result",
        errors: [PayloadError(code: code, message: reason)], resultList: list, createTimestamp: now)
      writes.append(router.result(envelope.written(), list: list, messageID: messageID))
    }
    return Settlement(
      delivery: delivery, writes: writes,
      refused: LastResort(delivery: delivery, writes: writes.count > 1 ? [letter] : []))
  }

  private func settlement(_ message: ReceivedMessage, _ writes: CommitWrites, now: Double) -> Settlement {
    Settlement(
      delivery: message.delivery, writes: writes,
      refused: RefusedMessageAnswer(
        refusals: self, message: message, step: Step(startTimestamp: now, duration: 0)))
  }

  /// An error straight to the caller, whoever sent the message last.
  func callerError(_ code: String, _ text: String, _ message: ReceivedMessage, _ step: Step) -> CommitWrite {
    router.failure(code: code, text: text, of: message, step: step, to: .resultList(message.resultList))
  }

  func deadLetter(
    _ delivery: Delivery, deliveries: Int? = nil, code: String, reason: String, now: Double
  ) -> CommitWrite {
    DeadLetters.write(
      delivery, deliveries: deliveries ?? delivery.deliveries, code: code, reason: reason,
      agentID: agent.agentID, codeHash: codeHash, now: now,
      keys: router.keys)
  }
}

extension Refusals {
  /// For an outcome whose destination the server has refused: the caller hears of it, or else it is a dead letter.
  func settlement(
    after refusal: CommitRefusal, of message: ReceivedMessage, _ step: Step
  ) -> Settlement {
    let now = WallClock.now()
    switch refusal {
    case .noSuchStream:
      let text = "nobody has ever served the role or agent that the message was to go to next"
      let letter = deadLetter(
        message.delivery, code: "agenthost.no_such_role", reason: text, now: now)
      return Settlement(
        delivery: message.delivery,
        writes: [callerError("agenthost.no_such_role", text, message, step)],
        refused: lastResort(letter, message, step))
    case .cancelled:
      let text = "the request was cancelled, and its caller can't be told"
      let letter = deadLetter(
        message.delivery, code: "agenthost.destination", reason: text, now: now)
      return Settlement(
        delivery: message.delivery, writes: [cancelled(message, step)],
        refused: lastResort(letter, message, step))
    case .error(let error):
      let text = "Redis refused the message's destination: \(error)"
      let letter = deadLetter(
        message.delivery, code: "agenthost.destination", reason: text, now: now)
      return Settlement(
        delivery: message.delivery,
        writes: [letter, callerError("agenthost.destination", text, message, step)],
        refused: lastResort(letter, message, step))
    }
  }

  private func lastResort(
    _ letter: CommitWrite, _ message: ReceivedMessage, _ step: Step
  ) -> LastResort {
    LastResort(
      delivery: message.delivery, writes: [letter], cancelled: cancelled(message, step))
  }
}

/// For a message that no agent was given, where the server refuses what became of it.
final class RefusedMessageAnswer: RefusalAnswer {
  private let refusals: Refusals
  private let message: ReceivedMessage
  private let step: Step

  init(refusals: Refusals, message: ReceivedMessage, step: Step) {
    self.refusals = refusals
    self.message = message
    self.step = step
  }

  func settlement(after refusal: CommitRefusal) -> Settlement? {
    refusals.settlement(after: refusal, of: message, step)
  }
}

/// What is tried when even the error was refused; after that the entry stays pending.
final class LastResort: RefusalAnswer {
  let delivery: Delivery
  let writes: CommitWrites
  /// For the caller, where the request turns out to be cancelled.
  let cancelled: CommitWrite?

  init(delivery: Delivery, writes: CommitWrites, cancelled: CommitWrite? = nil) {
    self.delivery = delivery
    self.writes = writes
    self.cancelled = cancelled
  }

  func settlement(after refusal: CommitRefusal) -> Settlement? {
    if case .cancelled = refusal, let cancelled {
      return Settlement(
        delivery: delivery, writes: [cancelled], refused: LastResort(delivery: delivery, writes: writes))
    }
    guard !writes.isEmpty else { return nil }
    return Settlement(delivery: delivery, writes: writes, refused: LastResort(delivery: delivery, writes: []))
  }
}

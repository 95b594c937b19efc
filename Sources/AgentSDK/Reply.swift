/// What an agent makes of a message: at most one way for the message itself, and any number of new
/// messages. All of it goes out together, or nothing does.
///
/// A value given as payload is merged by top-level key over what the message carried, so that an
/// agent that knows only some keys loses none; `Payload.replacing` is the explicit alternative.
public struct Reply: Sendable, Equatable {
  package var outcome: ReplyAction?
  package var sends: [ReplyAction] = []

  /// The message ends here, and nobody is told.
  public static let nothing = Reply(outcome: nil)

  /// Back to whoever sent the message, with `value` merged.
  public static func result(_ value: some Encodable) throws -> Reply {
    result(try .merging(value))
  }

  /// Back to whoever sent the message.
  public static func result(_ payload: Payload = .unchanged) -> Reply {
    Reply(outcome: ReplyAction(verb: .reply, payload: payload))
  }

  /// The same message, on to `destination`, with `value` merged.
  public static func forward(
    _ value: some Encodable, to destination: Destination, kind: MessageKind? = nil
  ) throws -> Reply {
    forward(try .merging(value), to: destination, kind: kind)
  }

  /// The same message, on to `destination`; by default as a result to a list, else as a task.
  public static func forward(
    _ payload: Payload = .unchanged, to destination: Destination, kind: MessageKind? = nil
  ) -> Reply {
    Reply(outcome: ReplyAction(verb: .forward(destination), payload: payload, kind: kind))
  }

  /// To the message's own result list, with `value` merged: the request is done.
  public static func finish(_ value: some Encodable) throws -> Reply {
    finish(try .merging(value))
  }

  /// To the message's own result list: the request is done.
  public static func finish(_ payload: Payload = .unchanged) -> Reply {
    forward(payload, to: .resultList)
  }

  /// The same message again, to any agent of this role, `delay` from now; nil: after a wait that the host
  /// chooses, longer at every time. It counts as a delivery: past the host's limit the message is given up, and its
  /// sender is told. `reason` is noted in the message's trace.
  public static func retry(after delay: Duration? = nil, reason: String = "") -> Reply {
    var action = ReplyAction(verb: .retry, payload: .unchanged)
    action.delay = delay
    if !reason.isEmpty { action.failure = .init(code: "retry", message: reason) }
    return Reply(outcome: action)
  }

  /// This reply, with what goes on to a role waiting there for `delay`, by the server's clock. Only a message that
  /// goes to a role can wait: others fail.
  public func delayed(by delay: Duration) -> Reply {
    var reply = self
    reply.outcome?.delay = delay
    return reply
  }

  /// This reply, and a new message of the same conversation with `value` merged over this one's payload.
  public func sending(
    _ value: some Encodable, to destination: Destination, kind: MessageKind? = nil,
    after delay: Duration? = nil
  ) throws -> Reply {
    sending(try .merging(value), to: destination, kind: kind, after: delay)
  }

  /// This reply, and a new message of the same conversation; to a role it may wait for `delay`.
  public func sending(
    _ payload: Payload = .unchanged, to destination: Destination, kind: MessageKind? = nil,
    after delay: Duration? = nil
  ) -> Reply {
    var reply = self
    var action = ReplyAction(verb: .send(destination), payload: payload, kind: kind)
    action.delay = delay
    reply.sends.append(action)
    return reply
  }

  /// This reply, with an error added to the payload's `errors`. A reply that was nothing becomes one
  /// to the sender, for an error has to arrive somewhere. One error travels with a reply: the text of
  /// a further one joins the first's.
  public func appendingError(code: String, message: String) -> Reply {
    var reply = self
    var outcome = outcome ?? ReplyAction(verb: .reply, payload: .unchanged)
    if let first = outcome.failure {
      outcome.failure = .init(code: first.code, message: "\(first.message); \(code): \(message)")
    } else {
      // The contract reads an empty code as "no error".
      outcome.failure = .init(code: code.isEmpty ? "error" : code, message: message)
    }
    reply.outcome = outcome
    return reply
  }

  /// All steps, in the order in which the host carries them out.
  package var actions: [ReplyAction] { (outcome.map { [$0] } ?? []) + sends }
}

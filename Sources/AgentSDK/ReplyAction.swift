/// One step of a reply, as the contract has it.
package struct ReplyAction: Sendable, Equatable {
  package enum Verb: Sendable, Equatable {
    case reply
    case forward(Destination)
    case send(Destination)
    case retry
  }

  package struct Failure: Sendable, Equatable {
    package var code: String
    package var message: String
  }

  package var verb: Verb
  package var payload: Payload
  package var kind: MessageKind?
  package var failure: Failure?
  /// nil: at once, a retry as long as the host sees fit.
  package var delay: Duration?
}

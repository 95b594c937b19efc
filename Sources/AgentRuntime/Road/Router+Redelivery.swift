import AgentEnvelope
import AgentStreams
import NIOCore

/// How a message comes to an agent again by way of a new entry.
extension Router {
  /// The message again, for an agent of the same role, as it came but for what counts its steps.
  func retry(of message: ReceivedMessage, after milliseconds: Int, step: Step) -> CommitWrite {
    let target = RouteTarget.role(message.agent.role, stream: keys.roleStream(message.agent.role))
    var member = message.hostMember ?? HostMember()
    member.attempts = message.deliveries
    member.due = step.endTimestamp + Double(milliseconds) / 1000
    let rewrite = message.withBytes { bytes in
      let envelope = message.envelope
      return self.rewrite(
        of: message, to: target, step: step,
        sender: EnvelopeSender(
          role: envelope.senderRole(in: bytes), agentID: envelope.senderAgentID(in: bytes)),
        kind: envelope.kind(in: bytes), hostMember: member.edit)
    }
    return write(rewrite, of: message, to: target, .on(delay: milliseconds))
  }

  /// The message as it came, back to its stream for somebody else. What it has been given to agents before counts on.
  func handBack(_ delivery: Delivery, _ message: ReceivedMessage?) -> CommitWrite {
    let attempts = (message?.deliveries ?? delivery.deliveries) - 1
    guard let message, attempts > message.hostMember?.attempts ?? 0 else {
      return .forward(stream: delivery.source.stream, envelope: delivery.envelope ?? [])
    }
    var member = message.hostMember ?? HostMember()
    member.attempts = attempts
    let envelope = message.withBytes { message.envelope.written(with: member, of: $0) }
    return .forward(stream: delivery.source.stream, envelope: envelope)
  }
}

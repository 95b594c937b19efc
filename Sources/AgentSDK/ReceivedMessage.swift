extension Message {
  /// The longest timeout that is passed on, about 31 years; what is longer or no number becomes it.
  private static let longestTimeoutSeconds = 1e9

  /// A copy of what the host lends while it calls `process`.
  init(copying message: agenthost_message_v1) {
    self.init(
      payload: message.payload.copiedBytes(),
      kind: MessageKind(rawValue: message.kind.copiedString()),
      names: MessageNames(
        conversationID: message.conversation_id.lent, messageID: message.message_id.lent,
        senderRole: message.sender_role.lent, senderAgentID: message.sender_agent_id.lent),
      timeout: Self.duration(message.timeout_seconds),
      processCount: Int(message.process_count),
      deliveries: Int(message.deliveries))
  }

  /// `Duration.seconds` traps on what it cannot hold.
  private static func duration(_ seconds: Double) -> Duration {
    guard seconds < longestTimeoutSeconds else { return .seconds(longestTimeoutSeconds) }
    return seconds > 0 ? .seconds(seconds) : .zero
  }
}

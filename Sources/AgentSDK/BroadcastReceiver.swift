/// An agent that hears what is said to all agents of its role, and to all there are: on the specification's two broadcast
/// channels.
public protocol BroadcastReceiver: Agent {
  /// Hears one broadcast: in order, one at a time, from the end of `start` to `stop`. An agent that does not keep up
  /// misses some. The same may be said more than once, and what is said while no server is there is not heard.
  func received(_ broadcast: Broadcast, context: AgentContext) async
}

extension BroadcastReceiver {
  /// Yes.
  public static var _isListening: Bool { true }

  /// Calls `received`.
  public func _received(_ broadcast: Broadcast, context: AgentContext) async {
    await received(broadcast, context: context)
  }
}

/// What is said to all of a kind.
public struct Broadcast: Sendable, Equatable {
  /// Whom it is for; nil: all.
  public var role: String?
  /// As it was sent, by whomever; mostly JSON.
  public var text: String

  /// A broadcast; in use, the host makes them.
  public init(role: String?, text: String) {
    self.role = role
    self.text = text
  }

  /// The text read as JSON of `type`.
  public func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try PayloadCoding.decode(type, from: text)
  }
}

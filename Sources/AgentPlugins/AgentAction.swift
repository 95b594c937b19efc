import CAgentABI

/// One step of an outcome, copied out of the agent's memory and checked.
package struct AgentAction: Sendable, Equatable {
  package enum Verb: Sendable, Equatable {
    /// Back to whoever sent the message.
    case reply
    /// The same message, on to another place.
    case forward(Target)
    /// A new message of the same conversation.
    case send(Target)
    /// The same message, again to an agent of this role.
    case retry
  }

  package enum Target: Sendable, Equatable {
    case role(String)
    case agent(String)
    /// nil: the message's own result list.
    case resultList(String?)
  }

  package enum Payload: Sendable, Equatable {
    case keep
    case merge([UInt8])
    case replace([UInt8])
  }

  package var verb: Verb
  package var payload: Payload
  /// nil: the verb's own.
  package var kind: String?
  package var error: AgentReportedError?
  /// Milliseconds until it is carried out; 0: at once, for a retry as long as the host sees fit.
  package var delay = 0
}

/// An entry that an agent wants in `payload.errors`.
package struct AgentReportedError: Sendable, Equatable {
  package var code: String
  package var message: String
}

/// Why an outcome is refused; its agent is told, and the message fails.
package struct InvalidOutcome: Error, Equatable, CustomStringConvertible {
  package let description: String

  init(_ description: String) {
    self.description = description
  }

  package init(action index: Int, _ why: String) {
    description = "action \(index): \(why)"
  }
}

extension AgentAction {
  /// How many actions one outcome may have.
  package static let maximumCount = 64

  /// No setting allows an envelope more than this.
  private static let maximumPayloadBytes = 256 << 20

  /// Copies an agent's actions.
  static func copy(
    _ actions: UnsafePointer<agenthost_action_v1>?, count: Int
  ) throws(InvalidOutcome) -> [AgentAction] {
    if count == 0 { return [] }
    guard count > 0 else { throw InvalidOutcome("more actions than there is memory") }
    guard let actions else { throw InvalidOutcome("\(count) actions at no address") }
    guard count <= maximumCount else {
      throw InvalidOutcome("\(count) actions; at most \(maximumCount) are allowed")
    }
    var copied: [AgentAction] = []
    copied.reserveCapacity(count)
    var ways = 0
    for index in 0..<count {
      // SAFETY: the contract has the agent pass `count` actions, valid until this returns.
      let action = try AgentAction(copying: actions[index], at: index)
      if case .send = action.verb {} else { ways += 1 }
      copied.append(action)
    }
    guard ways <= 1 else {
      throw InvalidOutcome("\(ways) replies, forwards and retries; a message goes one way")
    }
    return copied
  }

  private init(copying action: agenthost_action_v1, at index: Int) throws(InvalidOutcome) {
    switch action.verb {
    case AGENTHOST_REPLY: verb = .reply
    case AGENTHOST_FORWARD: verb = .forward(try Self.target(of: action, at: index))
    case AGENTHOST_SEND: verb = .send(try Self.target(of: action, at: index))
    case AGENTHOST_RETRY: verb = .retry
    default: throw InvalidOutcome(action: index, "verb \(action.verb) is not known")
    }
    switch action.payload_mode {
    case AGENTHOST_PAYLOAD_KEEP: payload = .keep
    case AGENTHOST_PAYLOAD_MERGE, AGENTHOST_PAYLOAD_REPLACE:
      guard action.payload.length <= Self.maximumPayloadBytes else {
        throw InvalidOutcome(action: index, "a payload of \(action.payload.length) bytes")
      }
      let bytes = action.payload.copiedBytes
      payload = action.payload_mode == AGENTHOST_PAYLOAD_MERGE ? .merge(bytes) : .replace(bytes)
    default: throw InvalidOutcome(action: index, "payload mode \(action.payload_mode) is not known")
    }
    kind = action.kind.length == 0 ? nil : action.kind.copiedText
    if let kind, !["task", "result", "control", "status"].contains(kind) {
      throw InvalidOutcome(action: index, "kind \"\(kind)\"; expected task, result, control or status")
    }
    error =
      action.error_code.length == 0
      ? nil
      : AgentReportedError(code: action.error_code.copiedText, message: action.error_message.copiedText)
    delay = Int(action.delay_milliseconds)
    try checkDelay(at: index)
  }

  /// What is delayed waits in its role; a list and an agent's own stream have no such place.
  private func checkDelay(at index: Int) throws(InvalidOutcome) {
    if delay == 0 { return }
    switch verb {
    case .retry, .forward(.role), .send(.role): return
    case .reply, .forward, .send:
      throw InvalidOutcome(action: index, "only what goes to a role can be delayed")
    }
  }

  private static func target(
    of action: agenthost_action_v1, at index: Int
  ) throws(InvalidOutcome) -> Target {
    let address = action.address.copiedText
    switch action.target {
    case AGENTHOST_TO_ROLE: return .role(address)
    case AGENTHOST_TO_AGENT: return .agent(address)
    case AGENTHOST_TO_RESULT_LIST: return .resultList(address.isEmpty ? nil : address)
    default: throw InvalidOutcome(action: index, "target \(action.target) is not known")
    }
  }
}

extension agenthost_text_v1 {
  /// Text of an agent, copied; invalid UTF-8 is replaced.
  var copiedText: String {
    String(decoding: borrowed.prefix(Self.maximumTextBytes), as: UTF8.self)
  }

  /// Of a text that is for people or names something; what is beyond is cut off.
  static let maximumTextBytes = 8192

  var copiedBytes: [UInt8] { Array(borrowed) }

  private var borrowed: UnsafeRawBufferPointer {
    // SAFETY: the contract has text be valid for the call in which it is passed; all users copy at once.
    UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : length)
  }

  /// `text` as borrowed C text for the length of `body`.
  static func with<Value>(_ text: String, _ body: (agenthost_text_v1) -> Value) -> Value {
    var text = text
    return text.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) {
        body(agenthost_text_v1(bytes: $0.baseAddress, length: $0.count))
      }
    }
  }
}

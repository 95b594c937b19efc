/// An action's address and kind, about: so that what they are written into seldom has to grow.
private let expectedTextBytes = 64

/// A reply's actions as the contract's structs, lent for the length of one call.
func withLentActions<Result>(
  _ actions: [ReplyAction], _ body: (UnsafePointer<agenthost_action_v1>?, Int) -> Result
) -> Result {
  // All text goes into one buffer first: its addresses are known only when it no longer grows.
  var text: [UInt8] = []
  text.reserveCapacity(actions.reduce(0) { $0 + $1.payload.json.count + expectedTextBytes })
  let ranges = actions.map { TextRanges($0, appendingTo: &text) }
  return text.withUnsafeBytes { bytes in
    let structs = zip(actions, ranges).map { $1.lent(for: $0, from: bytes) }
    // SAFETY: `bytes` and `structs` outlive `body`, and the host copies before it returns.
    return structs.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
  }
}

/// Where an action's texts lie in the common buffer.
private struct TextRanges {
  let address, kind, payload, code, message: Range<Int>

  init(_ action: ReplyAction, appendingTo text: inout [UInt8]) {
    func append(_ string: String) -> Range<Int> {
      let start = text.count
      var string = string
      string.withUTF8 { text.append(contentsOf: $0) }
      return start..<text.count
    }
    address = append(action.verb.address)
    kind = append(action.kind?.rawValue ?? "")
    code = append(action.failure?.code ?? "")
    message = append(action.failure?.message ?? "")
    let start = text.count
    text.append(contentsOf: action.payload.json)
    payload = start..<text.count
  }

  func lent(for action: ReplyAction, from bytes: UnsafeRawBufferPointer) -> agenthost_action_v1 {
    func text(_ range: Range<Int>) -> agenthost_text_v1 {
      guard !range.isEmpty, let start = bytes.baseAddress else { return .empty }
      // SAFETY: the range was taken from this very buffer.
      return agenthost_text_v1(
        bytes: (start + range.lowerBound).assumingMemoryBound(to: CChar.self), length: range.count)
    }
    return agenthost_action_v1(
      verb: action.verb.number, target: action.verb.target, payload_mode: action.payload.mode.number,
      delay_milliseconds: action.delayMilliseconds, address: text(address), kind: text(kind),
      payload: text(payload),
      error_code: text(code), error_message: text(message))
  }
}

extension ReplyAction.Verb {
  fileprivate var number: UInt32 {
    switch self {
    case .reply: AGENTHOST_REPLY
    case .forward: AGENTHOST_FORWARD
    case .send: AGENTHOST_SEND
    case .retry: AGENTHOST_RETRY
    }
  }

  private var destination: Destination? {
    switch self {
    case .reply, .retry: nil
    case .forward(let destination), .send(let destination): destination
    }
  }

  fileprivate var target: UInt32 {
    switch destination {
    case nil: 0
    case .role: AGENTHOST_TO_ROLE
    case .agent: AGENTHOST_TO_AGENT
    case .resultList, .list: AGENTHOST_TO_RESULT_LIST
    }
  }

  fileprivate var address: String {
    switch destination {
    case nil, .resultList: ""
    case .role(let address), .agent(let address), .list(let address): address
    }
  }
}

extension ReplyAction {
  /// A wait that is shorter than the contract can say is still a wait.
  fileprivate var delayMilliseconds: UInt32 {
    guard let delay, delay > .zero else { return 0 }
    return UInt32(clamping: max(1, Int(min(delay / .milliseconds(1), 4e9))))
  }
}

extension Payload.Mode {
  fileprivate var number: UInt32 {
    switch self {
    case .keep: AGENTHOST_PAYLOAD_KEEP
    case .merge: AGENTHOST_PAYLOAD_MERGE
    case .replace: AGENTHOST_PAYLOAD_REPLACE
    }
  }
}

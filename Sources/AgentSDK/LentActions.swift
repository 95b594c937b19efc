/// A reply's actions as the contract's structs, lent for the length of one call.
func withLentActions<Result>(
  _ actions: [ReplyAction], _ body: (UnsafePointer<agenthost_action_v1>?, Int) -> Result
) -> Result {
  let textBytes = actions.reduce(0) { $0 + $1.textBytes }
  // On the stack where there is little.
  return withUnsafeTemporaryAllocation(byteCount: textBytes, alignment: 1) { text in
    withUnsafeTemporaryAllocation(of: agenthost_action_v1.self, capacity: actions.count) { structs in
      var lent = LentText(room: text)
      for (place, action) in actions.enumerated() {
        structs.initializeElement(at: place, to: action.lent(in: &lent))
      }
      // SAFETY: text and structs live until `body` returns, and the host copies before it does. The structs are numbers and
      // pointers: there is nothing to destroy.
      return body(structs.baseAddress, actions.count)
    }
  }
}

/// Texts, one behind the other, in room that is as large as all of them.
private struct LentText {
  let room: UnsafeMutableRawBufferPointer
  private var used = 0

  init(room: UnsafeMutableRawBufferPointer) { self.room = room }

  mutating func append(_ string: String) -> agenthost_text_v1 {
    var string = string
    return string.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }

  mutating func append(_ bytes: UnsafeRawBufferPointer) -> agenthost_text_v1 {
    guard !bytes.isEmpty else { return .empty }
    let place = UnsafeMutableRawBufferPointer(rebasing: room[used..<used + bytes.count])
    place.copyMemory(from: bytes)
    used += bytes.count
    // SAFETY: characters of C are bytes; the place is within the room, which nothing else has.
    return agenthost_text_v1(
      bytes: place.baseAddress?.assumingMemoryBound(to: CChar.self), length: place.count)
  }
}

extension ReplyAction {
  /// Of all its texts.
  fileprivate var textBytes: Int {
    verb.address.utf8.count + (kind?.rawValue.utf8.count ?? 0) + payload.json.count
      + (failure.map { $0.code.utf8.count + $0.message.utf8.count } ?? 0)
  }

  fileprivate func lent(in text: inout LentText) -> agenthost_action_v1 {
    agenthost_action_v1(
      verb: verb.number, target: verb.target, payload_mode: payload.mode.number,
      delay_milliseconds: delayMilliseconds, address: text.append(verb.address),
      kind: text.append(kind?.rawValue ?? ""),
      payload: payload.json.withUnsafeBytes { text.append($0) },
      error_code: text.append(failure?.code ?? ""), error_message: text.append(failure?.message ?? ""))
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

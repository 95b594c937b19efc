import CAgentABI

extension agenthost_text_v1 {
  static var none: agenthost_text_v1 { agenthost_text_v1(bytes: nil, length: 0) }

  /// A copy that is never freed, for what the contract promises for as long as the host lives.
  static func permanent(_ text: String) -> agenthost_text_v1 {
    let bytes = UnsafeMutableBufferPointer<CChar>.allocate(capacity: text.utf8.count)
    _ = bytes.initialize(from: text.utf8.lazy.map(CChar.init(bitPattern:)))
    return agenthost_text_v1(bytes: bytes.baseAddress, length: bytes.count)
  }

  /// The text for as long as `body` takes.
  static func withBorrowed(_ text: String, _ body: (agenthost_text_v1) -> Void) {
    var text = text
    text.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) {
        body(agenthost_text_v1(bytes: $0.baseAddress, length: $0.count))
      }
    }
  }
}

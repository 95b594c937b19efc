/// What an agent is called in a group: `{agent_id}/{incarnation}`. Host names and process ids repeat, in
/// containers even across hosts; a worker's incarnation does not.
package struct ConsumerName: Sendable, Hashable, CustomStringConvertible {
  package let agentID: String
  package let incarnation: String

  package init(agentID: String, incarnation: String) {
    self.agentID = agentID
    self.incarnation = incarnation
  }

  /// nil where `text` is no name of agenthost's: it ends in `:{pid}:{n}/{sixteen hexadecimal digits}`. The script
  /// that takes entries over has the same rule.
  package init?(_ text: String) {
    guard let slash = text.lastIndex(of: "/") else { return nil }
    let life = text[text.index(after: slash)...]
    guard life.utf8.count == 16, life.utf8.allSatisfy(Self.isHexadecimal) else { return nil }
    let parts = text[..<slash].split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count >= 3, parts.suffix(2).allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isDigit) })
    else {
      return nil
    }
    agentID = String(text[..<slash])
    incarnation = String(life)
  }

  package var description: String { "\(agentID)/\(incarnation)" }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
      || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte)
  }
}

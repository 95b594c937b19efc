/// What an agent is called in a group: `{agent_id}/{incarnation}`. Host names and process ids repeat, in
/// containers even across hosts; a worker's incarnation does not.
package struct ConsumerName: Sendable, Equatable, CustomStringConvertible {
  package let agentID: String
  package let incarnation: String

  package init(agentID: String, incarnation: String) {
    self.agentID = agentID
    self.incarnation = incarnation
  }

  /// nil where `text` is no name of agenthost's.
  package init?(_ text: String) {
    guard let slash = text.lastIndex(of: "/") else { return nil }
    agentID = String(text[..<slash])
    incarnation = String(text[text.index(after: slash)...])
  }

  package var description: String { "\(agentID)/\(incarnation)" }
}

import AgentPlugins

/// What a worker says to its supervisor, each in a line of text.
package enum StatusLine: Equatable, Sendable {
  /// Messages are being taken.
  case ready
  /// It asks to be replaced; the reason is for people.
  case replace(reason: String)
  /// The isolated places that there are to be now, said by the main worker.
  case places([String])
  /// There are messages that are suspected of killing workers, and to be worked on alone.
  case suspects
  /// Its loop goes on; said again and again where somebody watches the service.
  case alive
  /// There are none of these left, says the worker that works on them.
  case cleared

  /// With its end, a line is what a pipe takes whole or not at all.
  package static let maximumBytes = 4_095

  /// Nil for what is no line of these.
  package init?(_ text: String) {
    let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    switch words[0] {
    case "ready" where words.count == 1: self = .ready
    case "suspects" where words.count == 1: self = .suspects
    case "cleared" where words.count == 1: self = .cleared
    case "alive" where words.count == 1: self = .alive
    case "replace" where words.count > 1: self = .replace(reason: words.dropFirst().joined(separator: " "))
    case "places":
      let names = Array(words.dropFirst())
      guard names.count <= PlaceName.maximumCount, names.allSatisfy(PlaceName.isValid),
        Set(names).count == names.count
      else { return nil }
      self = .places(names)
    default: return nil
    }
  }

  /// Without the end of the line.
  package var text: String {
    switch self {
    case .ready: "ready"
    case .suspects: "suspects"
    case .cleared: "cleared"
    case .alive: "alive"
    case .replace(let reason): "replace \(LogText.escaped(reason))"
    case .places(let names): (["places"] + names).joined(separator: " ")
    }
  }
}

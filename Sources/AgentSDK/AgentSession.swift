/// The host's life, which is longer than a worker's and an agent's. Where the host offers no such thing it says nothing.
public struct AgentSession: Sendable {
  private let host: HostConnection

  init(host: HostConnection) {
    self.host = host
  }

  /// Names the session: agents of one host that replace each other find the same. Empty where it is not known.
  public var id: String { host.session { $0.id($1).copiedString() } ?? "" }

  /// When it began, in seconds since 1970; 0 where it is not known.
  public var began: Double { host.session { $0.began($1) } ?? 0 }

  /// Whether the host has been told to end. Not when only the agent's code or its worker is replaced.
  public var isEnding: Bool { host.session { $0.is_ending($1) } == 1 }

  /// What the host is set to, by the variable's name, as "REPORT_INTERVAL_SECONDS". Nil for what is not set, what the host
  /// does not know, and what says how to reach the server.
  public func setting(_ name: String) -> String? {
    let text = host.session { $0.setting($1, name).copiedString() } ?? ""
    return text.isEmpty ? nil : text
  }
}

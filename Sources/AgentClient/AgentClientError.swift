/// Why a request has no result.
public struct AgentClientError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds of failure; more may come.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The kind in words.
    public let description: String

    /// The configuration can't be used.
    public static let configuration = Code(description: "configuration")
    /// The server can't be reached, or the connection was lost; whether the request went out is not known.
    public static let unreachable = Code(description: "unreachable")
    /// No host would take this request.
    public static let invalidRequest = Code(description: "invalid request")
    /// Nobody has ever served the role.
    public static let noSuchRole = Code(description: "no such role")
    /// A request with the same key was sent before, by somebody else; its result goes to its sender.
    public static let alreadySent = Code(description: "already sent")
    /// No result came in time; it may still be worked on.
    public static let timedOut = Code(description: "timed out")
    /// The result says what went wrong.
    public static let failed = Code(description: "failed")
    /// The client is not running, or has ended.
    public static let notRunning = Code(description: "not running")
  }

  /// The kind of failure, to decide by.
  public let code: Code
  /// What happened and what to do, for people.
  public let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// Code and message.
  public var description: String { "\(code): \(message)" }
}

/// How a request is to be treated on its way.
public struct RequestOptions: Sendable {
  /// How urgent a request is; what agents forward keeps it.
  public enum Priority: String, Sendable, CaseIterable {
    /// Before others, without starving them.
    case high
    /// Like most.
    case normal
    /// When there is little else to do.
    case low
  }

  /// How urgent it is.
  public var priority: Priority
  /// How long it waits before an agent gets it, by the server's clock; nil: not at all.
  public var delay: Duration?
  /// How long from now on its result is of use; nil: as long as the hosts' limits say. What agents get of it shrinks
  /// at every step, and no agent begins when it has passed.
  public var deadline: Duration?
  /// Names the request among all of its producer's: however often it is sent with one key, it is carried out once.
  /// No control characters, no braces.
  public var idempotencyKey: String?
  /// How long the key is remembered.
  public var idempotencyWindow: Duration

  /// A request like most; everything has a default.
  public init(
    priority: Priority = .normal, delay: Duration? = nil, deadline: Duration? = nil,
    idempotencyKey: String? = nil, idempotencyWindow: Duration = .seconds(86_400)
  ) {
    self.priority = priority
    self.delay = delay
    self.deadline = deadline
    self.idempotencyKey = idempotencyKey
    self.idempotencyWindow = idempotencyWindow
  }

  /// Whether a plain addition to the role's stream will do.
  var isPlain: Bool { priority == .normal && delay == nil && idempotencyKey == nil }
}

/// A request that has been given to its role.
public struct SentRequest: Sendable, Equatable {
  /// The request's id; of one that had been sent before with the same key, the first one's.
  public let messageID: String
  /// Whether the key was known: then nothing was sent.
  public let wasKnown: Bool
}

/// What has become of a request.
public enum RequestOutcome: String, Sendable {
  /// It ended with a result.
  case done
  /// It ended with errors.
  case failed
  /// It was cancelled, and its caller has been told.
  case cancelled
  /// It is to be cancelled: whoever meets it next ends it.
  case cancelling
}

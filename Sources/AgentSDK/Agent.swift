/// Works on the messages of one role.
///
/// The smallest agent is a type with `process` and one entry line:
///
/// ```swift
/// import AgentSDK
///
/// struct UppercaseAgent: Agent {
///   struct Text: Codable { var text: String }
///
///   func process(_ message: Message, context: AgentContext) async throws -> Reply {
///     var payload = try message.decode(Text.self)
///     payload.text = payload.text.uppercased()
///     return try .result(payload)
///   }
/// }
///
/// @c @implementation
/// public func agent_plugin_entry() -> UnsafePointer<agenthost_entry_v1> {
///   AgentPlugin.entry(UppercaseAgent.self)
/// }
/// ```
///
/// Calls of `process` overlap, up to `concurrency`: an agent with state is an actor, or guards it.
public protocol Agent: Sendable {
  /// The role whose messages the agent works on. By default derived from the type's name:
  /// `RAGSearchAgent` serves `rag_search`.
  static var role: String { get }

  /// The author's version, for people. By default empty.
  static var version: String { get }

  /// How many messages one agent works on at once. By default 0: the host decides.
  static var concurrency: Int { get }

  /// Makes the agent. No input or output here: that belongs in `start`.
  init() throws

  /// Makes the agent with what the host's operator says to it. By default calls `init()`. An error keeps the agent out
  /// of service, and what served before goes on.
  init(configuration: AgentConfiguration) throws

  /// Runs once, before any message. An error keeps the agent out of service.
  func start(context: AgentContext) async throws

  /// Works on one message. A thrown error goes to whoever sent it; the task is cancelled when the
  /// host no longer waits for the answer.
  func process(_ message: Message, context: AgentContext) async throws -> Reply

  /// Runs once, after the last message has ended.
  func stop() async

  // What the protocols beside this one fill in. Asking at run time whether an agent conforms to them would search all
  // conformances of the process for each agent, while its worker starts.

  /// Not for authors: conform to ``BroadcastReceiver``.
  static var _isListening: Bool { get }
  /// Not for authors: conform to ``BroadcastReceiver``.
  func _received(_ broadcast: Broadcast, context: AgentContext) async
  /// Not for authors: conform to ``TimedAgent``.
  static var _isTimed: Bool { get }
  /// Not for authors: conform to ``TimedAgent``.
  var _timerInterval: Duration { get }
  /// Not for authors: conform to ``TimedAgent``.
  func _timerFired(context: AgentContext) async throws
  /// Not for authors: conform to ``ObservingAgent``.
  static var _isObserver: Bool { get }
}

extension Agent {
  /// Derived from the type's name.
  public static var role: String { RoleName.derived(fromType: AgentName.of(Self.self)) }

  /// Empty.
  public static var version: String { "" }

  /// 0: the host decides.
  public static var concurrency: Int { 0 }

  /// For an agent that has no other way to be made than `init(configuration:)`; nobody else gets here.
  public init() throws {
    throw AgentConfigurationError(problem: "\(Self.self) is made by init(configuration:)")
  }

  /// Calls `init()`.
  public init(configuration: AgentConfiguration) throws { try self.init() }

  /// Does nothing.
  public func start(context: AgentContext) async throws {}

  /// Does nothing.
  public func stop() async {}

  /// No.
  public static var _isListening: Bool { false }

  /// Does nothing.
  public func _received(_ broadcast: Broadcast, context: AgentContext) async {}

  /// No.
  public static var _isTimed: Bool { false }

  /// None.
  public var _timerInterval: Duration { .zero }

  /// Does nothing.
  public func _timerFired(context: AgentContext) async throws {}

  /// No.
  public static var _isObserver: Bool { false }
}

import AgentSDK
import AgentStatistics
import Synchronization

/// Writes down what all agents do: every `REPORT_INTERVAL_SECONDS` in `agent_statistics.txt`, and when the host ends in
/// `agent_final_statistics.txt`, in `LOG_DIR`.
///
/// Whoever sends it a message gets the report as text. No actor: each second it would go from thread to thread for what is
/// done in some microseconds.
final class StatsAgent: BroadcastReceiver, TimedAgent, ObservingAgent {
  static var role: String { "stat" }

  var timerInterval: Duration { writer.withLock { $0.pace } }

  /// How long the agent before this one is waited for at the end.
  private static let patience = Duration.seconds(5)
  private static let check = Duration.milliseconds(20)

  private let writer = Mutex(StatisticsWriter())

  init() {}

  func start(context: AgentContext) async throws {
    try writer.withLock { try $0.start(context) }
  }

  func received(_ broadcast: Broadcast, context: AgentContext) async {
    guard broadcast.role == context.role else { return }
    writer.withLock { $0.hear(broadcast) }
  }

  func timerFired(context: AgentContext) async throws {
    writer.withLock { $0.writeDue() }
  }

  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    struct Text: Encodable { var text: String }
    return try .result(Text(text: writer.withLock { $0.report() }))
  }

  func stop() async {
    guard writer.withLock({ $0.begunToEnd() }) else { return }
    let deadline = ContinuousClock.now + Self.patience
    while !writer.withLock({ $0.claims() }), .now < deadline {
      // Cancelled: there is no time left to wait.
      guard (try? await Task.sleep(for: Self.check)) != nil else { break }
    }
    writer.withLock { $0.writeLast() }
  }
}

@c @implementation
public func agent_plugin_entry() -> UnsafePointer<agenthost_entry_v1> {
  AgentPlugin.entry(StatsAgent.self)
}

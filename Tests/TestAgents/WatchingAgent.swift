import AgentSDK
import Glibc
import Synchronization

/// Says what it has heard, whether it is called again and again, and what it knows of the host's life. While there is the
/// file that the environment names, what it does again and again has no end.
actor WatchingAgent: BroadcastReceiver, TimedAgent, ObservingAgent {
  private struct Text: Encodable { var text: String }

  nonisolated var timerInterval: Duration {
    asked.wrappingAdd(1, ordering: .relaxed)
    return .milliseconds(20)
  }

  /// How often it was asked for its interval.
  private nonisolated let asked = Atomic<Int>(0)

  private var heard: [String] = []
  private var calls = 0
  private var log: AgentLog?
  private var session: AgentSession?

  init() {}

  func start(context: AgentContext) async throws {
    log = context.log
    session = context.session
  }

  func received(_ broadcast: Broadcast, context: AgentContext) async {
    // Commands and events are told by others.
    if !broadcast.text.contains("{") { heard.append("\(broadcast.role ?? "all")=\(broadcast.text)") }
  }

  func timerFired(context: AgentContext) async throws {
    calls += 1
    if calls == 1 { throw TooEarly() }
    guard let file = getenv("TEST_TIMER_FILE").map({ String(cString: $0) }), access(file, F_OK) == 0 else {
      return
    }
    context.log.info("watching: time begins")
    do {
      while access(file, F_OK) == 0 { try await Task.sleep(for: .milliseconds(20)) }
    } catch {
      context.log.info("watching: time is cancelled")
      throw error
    }
    context.log.info("watching: time ends")
  }

  private struct TooEarly: Error {}

  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    let interval = context.session.setting("REPORT_INTERVAL_SECONDS") ?? "?"
    let hidden = context.session.setting("REDIS_URL") ?? "hidden"
    return try .result(
      Text(
        text: [
          context.session.id, heard.joined(separator: ","), calls > 20 ? "called" : "uncalled", interval,
          hidden,
          "\(context.session.began > 1e9)", "\(context.session.isEnding)",
          // When it was made, and before each call.
          "\(asked.load(ordering: .relaxed) > calls)",
        ].joined(separator: " ")))
  }

  func stop() async {
    log?.info("watching: stopped, the host \(session?.isEnding == true ? "ends" : "goes on")")
  }
}

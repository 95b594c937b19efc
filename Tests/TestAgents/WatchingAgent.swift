import AgentSDK

/// Says what it has heard, whether it is called again and again, and what it knows of the host's life.
actor WatchingAgent: BroadcastReceiver, TimedAgent, ObservingAgent {
  private struct Text: Encodable { var text: String }

  nonisolated var timerInterval: Duration { .milliseconds(20) }

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
        ].joined(separator: " ")))
  }

  func stop() async {
    log?.info("watching: stopped, the host \(session?.isEnding == true ? "ends" : "goes on")")
  }
}

import AgentSDK
import AgentStatistics

/// Writes down what all agents do: every `REPORT_INTERVAL_SECONDS` in `agent_statistics.txt`, and when the host ends in
/// `agent_final_statistics.txt`, in `LOG_DIR`.
///
/// Whoever sends it a message gets the report as text.
actor StatsAgent: BroadcastReceiver, TimedAgent, ObservingAgent {
  static var role: String { "stat" }

  nonisolated var timerInterval: Duration { .seconds(1) }

  /// How long the agent before this one is waited for at the end.
  private static let patience = Duration.seconds(5)
  private static let check = Duration.milliseconds(20)
  private static let defaultInterval = 60.0

  private var interval = defaultInterval
  private var statistics = Statistics(session: "", began: 0)
  private var files: StatisticsFiles?
  private var session: AgentSession?
  private var log: AgentLog?
  /// Broadcasts that are not read yet, and when each was heard.
  private static let maximumHeard = 1024
  private var heard: [(Broadcast, Double)] = []
  /// Whether more is known than was kept.
  private var isKept = true
  /// The last failure that was logged: one that stays is said once.
  private var failure: String?

  init() {}

  func start(context: AgentContext) async throws {
    session = context.session
    log = context.log
    interval =
      context.session.setting("REPORT_INTERVAL_SECONDS").flatMap { Double($0) } ?? Self.defaultInterval
    let began = context.session.began > 0 ? context.session.began : Clock.now()
    statistics = Statistics(session: context.session.id, began: began)
    // A worker is ready when all of its agents are: what is in the files is asked for when it is time.
    files = try StatisticsFiles(
      directory: context.session.setting("LOG_DIR") ?? "./log", session: context.session.id)
  }

  func received(_ broadcast: Broadcast, context: AgentContext) async {
    guard broadcast.role == context.role else { return }
    heard.append((broadcast, Clock.now()))
    if heard.count >= Self.maximumHeard { noteHeard() }
  }

  /// Not as they come: most come when a worker begins, and the first to be read costs as much as the worker's start.
  private func noteHeard() {
    for (broadcast, time) in heard {
      // What is said to all of the role need not be an event, and what is said of the role itself is not counted.
      guard let event = try? broadcast.decode(LifecycleEvent.self), event.role != broadcast.role else {
        continue
      }
      statistics.note(event, now: time)
      isKept = false
    }
    heard = []
  }

  func timerFired(context: AgentContext) async throws {
    noteHeard()
    noting {
      guard try claim() else { return }
      // First: a worker that dies then has forgotten nothing that a report has said.
      if !isKept { try keep() }
      if Clock.now() >= statistics.reportedAt + interval { try report() }
    }
  }

  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    struct Text: Encodable { var text: String }
    noteHeard()
    return try .result(Text(text: statistics.report(now: Clock.now(), interval: interval)))
  }

  func stop() async {
    noteHeard()
    let isLast = session?.isEnding == true
    guard isLast || !isKept else {
      files?.release()
      return
    }
    let deadline = ContinuousClock.now + Self.patience
    while noting({ try claim() }) != true, .now < deadline {
      // Cancelled: there is no time left to wait.
      guard (try? await Task.sleep(for: Self.check)) != nil else { break }
    }
    noting {
      guard let files, files.isOurs else { return }
      if isLast {
        try files.write(finalReport: statistics.finalReport(now: Clock.now(), interval: interval))
        try report()
      }
      try keep()
    }
    files?.release(sessionEnds: isLast)
  }

  /// Whether the files are ours, with what the agent before this one has kept.
  private func claim() throws -> Bool {
    guard let files else { return false }
    if files.isOurs { return true }
    guard case .ours = try files.claim() else { return false }
    isKept = false
    guard let kept = try files.kept() else { return true }
    do {
      statistics.merge(try StatisticsState.decode(kept))
    } catch {
      log?.warning("the statistics that were kept can't be read, and count anew: \(error)")
    }
    return true
  }

  private func report() throws {
    let now = Clock.now()
    try files?.write(report: statistics.report(now: now, interval: interval))
    statistics.noteReported(now: now)
    isKept = false
  }

  private func keep() throws {
    try files?.keep(try StatisticsState.encode(statistics))
    isKept = true
  }

  /// Statistics that can't be written are no reason to fail; that they can't is said once for each reason.
  @discardableResult
  private func noting<Value>(_ body: () throws -> Value) -> Value? {
    do {
      let value = try body()
      failure = nil
      return value
    } catch {
      if failure != "\(error)" { log?.error("the statistics can't be written: \(error)") }
      failure = "\(error)"
      return nil
    }
  }
}

@c @implementation
public func agent_plugin_entry() -> UnsafePointer<agenthost_entry_v1> {
  AgentPlugin.entry(StatsAgent.self)
}

import AgentSDK
import AgentStatistics

/// What is known of all agents, and the files that it is written to.
struct StatisticsWriter {
  private static let defaultInterval = 60.0
  /// Broadcasts that are not read yet.
  private static let maximumHeard = 1024

  private var interval = defaultInterval
  private var statistics = Statistics(session: "", began: 0)
  private var files: StatisticsFiles?
  private var session: AgentSession?
  private var log: AgentLog?
  /// Broadcasts that are not read yet, and when each was heard.
  private var heard: [(Broadcast, Double)] = []
  /// Whether no more is known than was kept, but for who lives.
  private var isKept = true
  /// Whether there was something to be kept the last time.
  private var hadNews = false
  /// The last failure that was logged: one that stays is said once.
  private var failure: String?

  mutating func start(_ context: AgentContext) throws {
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

  mutating func hear(_ broadcast: Broadcast) {
    heard.append((broadcast, Clock.now()))
    if heard.count >= Self.maximumHeard { noteHeard() }
  }

  mutating func report() -> String {
    noteHeard()
    return statistics.report(now: Clock.now(), interval: interval)
  }

  /// Until it is to be looked again whether there is something to write: agents say what they have done every five seconds.
  var pace: Duration {
    let shortest = 1.0
    // Nothing is known before the start; who has the files may end at any time; and where agents do something, the next
    // that is heard of it is kept soon.
    guard let files, files.isOurs, isKept, !hadNews else { return .seconds(shortest) }
    let untilReport = statistics.reportedAt + interval - Clock.now()
    // Of five seconds or more it may be two and a half longer.
    return .seconds(max(shortest, min(untilReport < 7.5 ? 4 : 5, untilReport)))
  }

  /// Keeps what is new, and writes the report where it is time.
  mutating func writeDue() {
    noteHeard()
    hadNews = !isKept
    noting { writer in
      guard try writer.claim() else { return }
      writer.files?.signOfLife()
      // First: a worker that dies then has forgotten nothing that a report has said.
      if !writer.isKept { try writer.keep() }
      if Clock.now() >= writer.statistics.reportedAt + writer.interval { try writer.writeReport() }
    }
  }

  /// Whether there is something to be written before the end.
  mutating func begunToEnd() -> Bool {
    noteHeard()
    // Also when each was heard of last, which is not kept otherwise.
    guard session?.isEnding == true || !isKept || files?.isOurs == true else {
      files?.release()
      return false
    }
    return true
  }

  /// Whether the files are ours, where they can be.
  mutating func claims() -> Bool { noting { try $0.claim() } == true }

  mutating func writeLast() {
    let isLast = session?.isEnding == true
    noting { writer in
      guard let files = writer.files, files.isOurs else { return }
      if isLast {
        try files.write(
          finalReport: writer.statistics.finalReport(now: Clock.now(), interval: writer.interval))
        try writer.writeReport()
      }
      try writer.keep()
    }
    files?.release(sessionEnds: isLast)
  }

  /// Not as they come: most come when a worker begins, and the first to be read costs as much as the worker's start.
  private mutating func noteHeard() {
    for (broadcast, time) in heard {
      // What is said to all of the role need not be an event, and what is said of the role itself is not counted.
      guard let event = try? broadcast.decode(LifecycleEvent.self), event.role != broadcast.role else {
        continue
      }
      if statistics.note(event, now: time) { isKept = false }
    }
    heard = []
  }

  /// Whether the files are ours, with what the agent before this one has kept.
  private mutating func claim() throws -> Bool {
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

  private mutating func writeReport() throws {
    let now = Clock.now()
    try files?.write(report: statistics.report(now: now, interval: interval))
    statistics.noteReported(now: now)
    isKept = false
  }

  private mutating func keep() throws {
    try files?.keep(try StatisticsState.encode(statistics))
    isKept = true
  }

  /// Statistics that can't be written are no reason to fail; that they can't is said once for each reason.
  @discardableResult
  private mutating func noting<Value>(_ body: (inout Self) throws -> Value) -> Value? {
    do {
      let value = try body(&self)
      failure = nil
      return value
    } catch {
      if failure != "\(error)" { log?.error("the statistics can't be written: \(error)") }
      failure = "\(error)"
      return nil
    }
  }
}

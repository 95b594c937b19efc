import Glibc
package import Logging

/// Tells of agents that do not give their threads back, takes priority from these, and tells of a process that has
/// grown too large or whose tasks do not run: a thread of its own, which goes on whatever agents do to Swift's.
package final class Watchdog: @unchecked Sendable {
  // SAFETY: what changes is used by the watchdog's thread alone, once that has started.
  private var watch: StallWatch
  private var pulseWatch: PulseWatch
  private var hasAsked = false
  private var beatsSeen: UInt64 = 0

  package struct Limits: Sendable {
    /// How long one piece of an agent's work may keep a thread before that is told.
    package var stall: Duration
    /// How long it may keep it when nobody waits for it any more, and how long agents may keep all tasks from running,
    /// before the process is to be replaced.
    package var lostThread: Duration
    /// Bytes of memory from which on the process is to be replaced; 0 for any number.
    package var memory: Int

    package init(stall: Duration, lostThread: Duration, memory: Int) {
      self.stall = stall
      self.lostThread = lostThread
      self.memory = memory
    }
  }

  package static let defaultInterval = Duration.milliseconds(250)
  /// So many times as long is the pause where no agent has a thread and tasks run.
  private static let calm = 20
  /// What one piece of an agent's work has of the processors with the priority that plugins begin with.
  private static let busyLimit = Duration.milliseconds(500)

  /// In one reason, which is to fit into a line.
  private static let namedAgents = 8

  private let record: CrashRecord
  private let interval: Duration
  let pulse = TaskPulse()
  private let limits: Limits
  private let logger: Logger
  private let askForReplacement: @Sendable (String) -> Void

  /// `interval`: between two looks while an agent has a thread. `askForReplacement` gets the reason, once; it is called on the watchdog's thread.
  package init(
    record: CrashRecord, limits: Limits, interval: Duration = defaultInterval, logger: Logger,
    askForReplacement: @escaping @Sendable (String) -> Void
  ) {
    self.record = record
    self.limits = limits
    self.interval = interval
    self.logger = logger
    self.askForReplacement = askForReplacement
    pulseWatch = PulseWatch(limit: limits.lostThread)
    watch = StallWatch(limit: limits.stall, lostLimit: limits.lostThread, busyLimit: Self.busyLimit)
  }

  /// Starts the thread, which lives as long as the process. Before any code of agents is loaded: a pool that never had a
  /// beat is not missed, and an agent may have all of it sooner than the first look comes.
  package func start() {
    pulse.ask()
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self)
    let failure = pthread_create(
      &thread, nil,
      { context in
        // SAFETY: the reference taken above is handed to the thread, which keeps it.
        if let context { Unmanaged<Watchdog>.fromOpaque(context).takeUnretainedValue().run() }
        return nil
      }, context.toOpaque())
    guard failure == 0 else {
      context.release()
      return logger.error("no thread for the watchdog: agents that keep theirs are not told of")
    }
    pthread_detach(thread)
  }

  private func run() {
    var isCalm = false
    while true {
      if !isCalm || !record.rest.take(interval * Self.calm, unless: { !record.working.isEmpty }) { pause() }
      var clock = timespec()
      clock_gettime(CLOCK_MONOTONIC, &clock)
      let now = Duration.seconds(clock.tv_sec) + .nanoseconds(clock.tv_nsec)
      let working = record.working
      for event in watch.look(at: working, now: now) { tell(event) }
      let beats = pulse.beats
      isCalm = working.isEmpty && beats != beatsSeen
      beatsSeen = beats
      if let time = pulseWatch.look(at: beats, now: now) {
        ask("the threads that all of Swift's tasks share have run none for \(Self.text(time)) now" + atWork)
      }
      pulse.ask()
      if limits.memory > 0, let memory = Self.memory(), memory > limits.memory {
        ask("it has taken \(memory >> 20) MiB of memory" + atWork)
      }
    }
  }

  private func pause() {
    let (seconds, attoseconds) = interval.components
    var pause = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    nanosleep(&pause, nil)
  }

  /// Whose code may be the cause, for people.
  private var atWork: String {
    let names = record.agentsAtWork
    guard !names.isEmpty else { return "" }
    let more = names.count > Self.namedAgents ? " and others" : ""
    return "; at work: \(names.prefix(Self.namedAgents).joined(separator: ", "))" + more
  }

  private func tell(_ event: StallWatch.Event) {
    switch event {
    case .stalled(let work, let time):
      logger.warning(
        "\(record.name(of: work)) has kept thread \(work.thread) for \(Self.text(time)) without yielding",
        metadata: record.logNames(of: work))
    case .lost(let work, let time):
      ask("\(record.name(of: work)) has kept thread \(work.thread) for \(Self.text(time)), and does not end")
    case .busy(let work): record.lower(work.thread)
    case .recovered(let work, let time):
      logger.notice(
        "\(record.name(of: work)) has given thread \(work.thread) back after \(Self.text(time))",
        metadata: record.logNames(of: work))
    }
  }

  private func ask(_ reason: @autoclosure () -> String) {
    if hasAsked { return }
    hasAsked = true
    askForReplacement(reason())
  }

  private static func text(_ time: Duration) -> String {
    "\((Double(time / .milliseconds(100)).rounded() / 10)) s"
  }

  /// What of this process lies in memory; nil where the system does not say.
  private static func memory() -> Int? {
    let number = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { return nil }
    defer { close(number) }
    var bytes = [UInt8](repeating: 0, count: 128)
    let count = read(number, &bytes, bytes.count)
    guard count > 0 else { return nil }
    let fields = String(decoding: bytes[..<count], as: UTF8.self).split(separator: " ")
    return fields.count > 1 ? Int(fields[1]).map { $0 * sysconf(Int32(_SC_PAGESIZE)) } : nil
  }
}

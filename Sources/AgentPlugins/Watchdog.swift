import Glibc
package import Logging

/// Tells of agents that do not give their threads back: a thread of its own, which goes on whatever they do to Swift's.
package final class Watchdog: @unchecked Sendable {
  private static let interval = Duration.milliseconds(250)

  private let record: CrashRecord
  private let logger: Logger
  // SAFETY: used by the watchdog's thread alone, once that has started.
  private var watch: StallWatch

  /// `limit`: how long one piece of an agent's work may keep a thread.
  package init(record: CrashRecord, limit: Duration, logger: Logger) {
    self.record = record
    self.logger = logger
    watch = StallWatch(limit: limit)
  }

  /// Starts the thread, which lives as long as the process.
  package func start() {
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
    while true {
      var pause = timespec(
        tv_sec: 0, tv_nsec: Int(Self.interval / .nanoseconds(1)))
      nanosleep(&pause, nil)
      var now = timespec()
      clock_gettime(CLOCK_MONOTONIC, &now)
      for event in watch.look(
        at: record.working, now: .seconds(now.tv_sec) + .nanoseconds(now.tv_nsec))
      {
        tell(event)
      }
    }
  }

  private func tell(_ event: StallWatch.Event) {
    switch event {
    case .stalled(let work, let time):
      logger.warning(
        "\(record.name(of: work)) has kept thread \(work.thread) for \(Self.text(time)) without yielding")
    case .recovered(let work, let time):
      logger.notice("\(record.name(of: work)) has given thread \(work.thread) back after \(Self.text(time))")
    }
  }

  private static func text(_ time: Duration) -> String {
    "\((Double(time / .milliseconds(100)).rounded() / 10)) s"
  }
}

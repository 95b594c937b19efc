/// Decides which threads of plugins are told of: those that an agent does not give back.
///
/// A value, moved by looks at all threads and a clock that is handed in.
package struct StallWatch: Sendable {
  /// One thread that does an agent's work.
  package struct Work: Sendable, Equatable {
    /// The kernel's number.
    package var thread: UInt32
    package var agent: Int32
    /// 0 for none.
    package var token: UInt64
    /// Since when it does this piece of work, by the monotonic clock.
    package var since: Duration

    package init(thread: UInt32, agent: Int32, token: UInt64, since: Duration) {
      self.thread = thread
      self.agent = agent
      self.token = token
      self.since = since
    }
  }

  package enum Event: Sendable, Equatable {
    /// It has not been given back for so long; told once for each piece of work.
    case stalled(Work, after: Duration)
    /// It has been given back.
    case recovered(Work, after: Duration)
  }

  private let limit: Duration
  private var stalled: [UInt32: Work] = [:]

  package init(limit: Duration) {
    self.limit = limit
  }

  /// `working`: all threads that do an agent's work at `now`.
  package mutating func look(at working: [Work], now: Duration) -> [Event] {
    var events: [Event] = []
    let current = Dictionary(working.map { ($0.thread, $0) }) { first, _ in first }
    for (thread, work) in stalled.sorted(by: { $0.key < $1.key }) where current[thread] != work {
      stalled[thread] = nil
      events.append(.recovered(work, after: now - work.since))
    }
    for work in working where now - work.since >= limit && stalled[work.thread] == nil {
      stalled[work.thread] = work
      events.append(.stalled(work, after: now - work.since))
    }
    return events
  }
}

/// Decides which threads of plugins are told of, and which are to have less of the processors: those that an agent does
/// not give back.
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
    /// What the thread has had of the processors so far, with this and all its work before.
    package var processorTime: Duration
    /// Whether nobody waits for it any more: its call has ended.
    package var isOver: Bool

    package init(
      thread: UInt32, agent: Int32, token: UInt64, since: Duration, processorTime: Duration = .zero,
      isOver: Bool = false
    ) {
      self.isOver = isOver
      self.thread = thread
      self.agent = agent
      self.token = token
      self.since = since
      self.processorTime = processorTime
    }
  }

  package enum Event: Sendable, Equatable {
    /// It has not been given back for so long; told once for each piece of work.
    case stalled(Work, after: Duration)
    /// Nobody waits for the work any more, and it goes on all the same: the thread cannot be got back.
    case lost(Work, after: Duration)
    /// It is to have a lower priority from now on; once for each piece of work.
    case busy(Work)
    /// It has been given back.
    case recovered(Work, after: Duration)
  }

  /// A piece of work as it was first seen.
  private struct Use {
    var work: Work
    var isBusy = false
  }

  private struct Stall {
    var work: Work
    /// Since when it has been seen that its call has ended.
    var overSince: Duration?
    var isLost = false
  }

  private let limit: Duration
  private let lostLimit: Duration
  private let busyLimit: Duration
  private var stalled: [UInt32: Stall] = [:]
  private var uses: [UInt32: Use] = [:]

  /// `limit`: from when on a stall is told of; `lostLimit`: how long one may go on when its call has ended; `busyLimit`:
  /// what a piece of work may have of the processors, from the first look at it, with the priority that plugins begin
  /// with. Not how long it takes: who waits takes nothing from others, and on a machine that has too much to do, who
  /// gets little is not to get less.
  package init(limit: Duration, lostLimit: Duration, busyLimit: Duration) {
    self.limit = limit
    self.lostLimit = lostLimit
    self.busyLimit = busyLimit
  }

  /// `working`: all threads that do an agent's work at `now`.
  package mutating func look(at working: [Work], now: Duration) -> [Event] {
    var events: [Event] = []
    let current = Dictionary(working.map { ($0.thread, $0) }) { first, _ in first }
    for (thread, stall) in stalled.sorted(by: { $0.key < $1.key }) {
      guard let work = current[thread], work.isSame(as: stall.work) else {
        stalled[thread] = nil
        events.append(.recovered(stall.work, after: now - stall.work.since))
        continue
      }
      guard work.isOver else { continue }
      let overSince = stall.overSince ?? now
      stalled[thread]?.overSince = overSince
      if !stall.isLost, now - overSince >= lostLimit {
        stalled[thread]?.isLost = true
        events.append(.lost(work, after: now - work.since))
      }
    }
    for work in working where now - work.since >= limit && stalled[work.thread] == nil {
      stalled[work.thread] = Stall(work: work)
      events.append(.stalled(work, after: now - work.since))
    }
    return events + busy(among: working)
  }

  private mutating func busy(among working: [Work]) -> [Event] {
    var events: [Event] = []
    var seen: [UInt32: Use] = [:]
    for work in working {
      var use = uses[work.thread].flatMap { $0.work.isSame(as: work) ? $0 : nil } ?? Use(work: work)
      if !use.isBusy, work.processorTime - use.work.processorTime >= busyLimit {
        use.isBusy = true
        events.append(.busy(work))
      }
      seen[work.thread] = use
    }
    uses = seen
    return events
  }
}

extension StallWatch.Work {
  fileprivate func isSame(as other: Self) -> Bool {
    thread == other.thread && token == other.token && since == other.since
  }
}

import Glibc
import Logging

/// The worker's life: start, ready, death, replacement.
extension SupervisionState {
  mutating func startWorker() -> [SupervisionAction] {
    worker = .launching
    return [.startWorker]
  }

  mutating func workerStarted(_ incarnation: Incarnation, now: Duration) -> [SupervisionAction] {
    guard worker == .launching else { return [] }
    worker = .starting(incarnation, limit: now + SupervisionLimits.workerStart)
    return [.log(.info, "worker \(incarnation) started")]
  }

  mutating func workerReady(now: Duration) -> [SupervisionAction] {
    guard case .starting(let incarnation, _) = worker else { return [] }
    worker = .ready(incarnation, since: now)
    stage = .running
    let held = heldSignals.map { SupervisionAction.signalWorker($0) }
    heldSignals = []
    return [.log(.info, "worker \(incarnation) is ready")] + held
  }

  mutating func workerExited(_ exit: ProcessExit, now: Duration) -> [SupervisionAction] {
    if case .stopping(_, let wasReady) = worker {
      return stoppedWorkerExited(exit, wasReady: wasReady, now: now)
    }
    let life = life(now: now)
    worker = .absent
    guard stage == .running else { return failedStart(exit, now: now) }
    let delay = workerBackoff.delay(readyFor: life.readyFor)
    let when =
      life.readyFor.map { "after it had been ready for \($0.wholeMilliseconds) ms" } ?? "before it was ready"
    let message = "worker \(life.incarnation?.description ?? "") ended unasked, \(exit), \(when)"
    if delay == .zero { return [.log(.error, message + "; replaced at once")] + startWorker() }
    worker = .waiting(until: now + delay)
    return [.log(.error, message + "; replaced in \(delay.wholeMilliseconds) ms")]
  }

  mutating func workerTimer(now: Duration) -> [SupervisionAction] {
    guard let deadline = workerDeadline, now >= deadline else { return [] }
    switch worker {
    case .waiting: return startWorker()
    case .starting(let incarnation, _):
      worker = .starting(incarnation, limit: nil)
      let message = "worker \(incarnation) was not ready after \(SupervisionLimits.workerStart): killed"
      return [.log(.error, message), .signalWorker(SIGKILL)]
    case .stopping(let ending, let wasReady): return workerOverstayed(ending, wasReady: wasReady, now: now)
    case .absent, .launching, .ready: return []
    }
  }

  var workerDeadline: Duration? {
    switch worker {
    case .waiting(let until): until
    case .starting(_, let limit): limit
    case .stopping(let ending, _): ending.deadline
    case .absent, .launching, .ready: nil
    }
  }

  private func life(now: Duration) -> (incarnation: Incarnation?, readyFor: Duration?) {
    switch worker {
    case .starting(let incarnation, _): (incarnation, nil)
    case .ready(let incarnation, let since): (incarnation, now - since)
    case .absent, .waiting, .launching, .stopping: (nil, nil)
    }
  }

  /// The first worker never was ready: what stopped it will stop the next one too.
  private mutating func failedStart(_ exit: ProcessExit, now: Duration) -> [SupervisionAction] {
    exitCode = if case .exited(let code) = exit, code != 0 { code } else { SupervisorExitCode.failed }
    stage = .stopping
    let message =
      "the worker ended before it was ever ready, \(exit): the start has failed; "
      + "its own messages above say why"
    return [.log(.critical, message)] + stopRedis(now: now)
  }
}

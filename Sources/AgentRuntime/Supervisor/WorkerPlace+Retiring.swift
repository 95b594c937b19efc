import Glibc
import Logging

/// Workers that were told to end: asked, then killed, then left behind.
extension WorkerPlace {
  /// No more waiting.
  mutating func force(now: Duration) -> [SupervisionAction] {
    var actions: [SupervisionAction] = []
    for index in retiring.indices {
      guard case .asked = retiring[index].ending else { continue }
      actions.append(kill(index, now: now))
    }
    return actions
  }

  /// Those whose time is over.
  mutating func overstayed(now: Duration) -> [SupervisionAction] {
    var actions: [SupervisionAction] = []
    for index in retiring.indices.reversed() where now >= retiring[index].ending.deadline {
      let incarnation = retiring[index].incarnation
      switch retiring[index].ending {
      case .asked:
        let message = "\(worker(incarnation)) did not end within \(limits.workerStop): killed"
        actions += [.log(.error, message), kill(index, now: now)]
      case .killed:
        retiring.remove(at: index)
        note(SupervisorExitCode.degraded)
        actions.append(.log(.error, "\(worker(incarnation)) does not end, though killed: left behind"))
      }
    }
    return actions
  }

  mutating func retired(_ worker: Retiring, _ exit: ProcessExit) -> [SupervisionAction] {
    let code: Int32
    switch exit {
    case .exited(let status): code = status
    // Its handlers were not yet in place, and it held nothing.
    case .signaled(SIGTERM, _) where !worker.wasReady: code = SupervisorExitCode.stopped
    case .signaled, .notStarted: code = SupervisorExitCode.degraded
    }
    note(code)
    let level = code == SupervisorExitCode.stopped ? Logger.Level.info : .warning
    return [.log(level, "\(self.worker(worker.incarnation)) ended: \(exit)")]
  }

  private mutating func note(_ code: Int32) {
    if exitCode == SupervisorExitCode.stopped { exitCode = code }
  }

  private mutating func kill(_ index: Int, now: Duration) -> SupervisionAction {
    retiring[index].ending = .killed(giveUpAt: now + SupervisionLimits.afterKill)
    return .signalWorker(name, retiring[index].incarnation, SIGKILL)
  }
}

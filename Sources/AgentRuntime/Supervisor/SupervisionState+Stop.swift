import Glibc
import Logging

/// The one way to the end, whatever began it: first the worker, then the private server, then the exit code.
extension SupervisionState {
  mutating func stop(signal: Int32, now: Duration) -> [SupervisionAction] {
    if case .finished = stage { return [] }
    let wasRunning = stage == .running
    stage = .stopping
    let log = SupervisionAction.log(.info, "\(signalName(signal)): stopping")
    switch worker {
    case .starting, .ready:
      let wasReady = if case .ready = worker { true } else { false }
      worker = .stopping(.asked(killAt: now + limits.workerStop), wasReady: wasReady)
      return [log, .signalWorker(SIGTERM)]
    case .absent, .waiting, .launching, .stopping:
      // Stopped between a crash and its replacement: what that worker held was not handed back.
      if wasRunning { exitCode = SupervisorExitCode.degraded }
      worker = .absent
      return [log] + stopRedis(now: now)
    }
  }

  /// Asked a second time: no more waiting for whoever is being waited for.
  mutating func force(signal: Int32, now: Duration) -> [SupervisionAction] {
    let killed = Ending.killed(giveUpAt: now + SupervisionLimits.afterKill)
    if case .stopping(.asked, let wasReady) = worker {
      worker = .stopping(killed, wasReady: wasReady)
      return [.log(.warning, "\(signalName(signal)) again: killing the worker"), .signalWorker(SIGKILL)]
    }
    if case .stopping(.asked) = redis {
      redis = .stopping(killed)
      return [
        .log(.warning, "\(signalName(signal)) again: killing the private Redis"), .signalRedis(SIGKILL),
      ]
    }
    return []
  }

  mutating func workerOverstayed(_ ending: Ending, wasReady: Bool, now: Duration) -> [SupervisionAction] {
    switch ending {
    case .asked:
      worker = .stopping(.killed(giveUpAt: now + SupervisionLimits.afterKill), wasReady: wasReady)
      let message = "the worker did not end within \(limits.workerStop): killed"
      return [.log(.error, message), .signalWorker(SIGKILL)]
    case .killed:
      worker = .absent
      exitCode = SupervisorExitCode.degraded
      return [.log(.error, "the worker does not end, though killed: left behind")] + stopRedis(now: now)
    }
  }

  mutating func redisOverstayed(_ ending: Ending, now: Duration) -> [SupervisionAction] {
    switch ending {
    case .asked:
      redis = .stopping(.killed(giveUpAt: now + SupervisionLimits.afterKill))
      let message = "the private Redis did not end within \(SupervisionLimits.redisStop): killed"
      return [.log(.error, message), .signalRedis(SIGKILL)]
    case .killed:
      redis = .absent
      return [.log(.error, "the private Redis does not end, though killed: left behind")] + finish()
    }
  }

  mutating func stoppedWorkerExited(
    _ exit: ProcessExit, wasReady: Bool, now: Duration
  ) -> [SupervisionAction] {
    worker = .absent
    switch exit {
    case .exited(let code): exitCode = code
    // Its handlers were not yet in place, and it held nothing.
    case .signaled(SIGTERM, _) where !wasReady: exitCode = SupervisorExitCode.stopped
    case .signaled, .notStarted: exitCode = SupervisorExitCode.degraded
    }
    return [.log(.info, "the worker ended: \(exit)")] + stopRedis(now: now)
  }

  /// The server writes its files on SIGTERM; without one of our own this is the end.
  mutating func stopRedis(now: Duration) -> [SupervisionAction] {
    switch redis {
    case .absent, .waiting, .stopping: return finish()
    case .starting, .serving:
      redis = .stopping(.asked(killAt: now + SupervisionLimits.redisStop))
      return [.signalRedis(SIGTERM)]
    }
  }

  mutating func finish() -> [SupervisionAction] {
    redis = .absent
    stage = .finished(exitCode: exitCode)
    return [.finish(exitCode: exitCode)]
  }
}

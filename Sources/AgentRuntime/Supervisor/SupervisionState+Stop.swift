import Glibc
import Logging

/// The one way to the end, whatever began it: first the workers, then the private server, then the exit code.
extension SupervisionState {
  mutating func stop(signal: Int32, now: Duration) -> [SupervisionAction] {
    if case .finished = stage { return [] }
    stage = .stopping
    let log = SupervisionAction.log(.info, "\(signalName(signal)): stopping")
    return [log] + atEachPlace { $0.end(now: now) } + stopRedisAfterWorkers(now: now)
  }

  /// Asked a second time: no more waiting for whoever is being waited for.
  mutating func force(signal: Int32, now: Duration) -> [SupervisionAction] {
    let kills = atEachPlace { $0.force(now: now) }
    if !kills.isEmpty {
      return [.log(.warning, "\(signalName(signal)) again: killing the workers that are left")] + kills
    }
    if case .stopping(.asked) = redis {
      redis = .stopping(.killed(giveUpAt: now + SupervisionLimits.afterKill))
      return [
        .log(.warning, "\(signalName(signal)) again: killing the private Redis"), .signalRedis(SIGKILL),
      ]
    }
    return []
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

  mutating func stopRedisAfterWorkers(now: Duration) -> [SupervisionAction] {
    guard places.values.allSatisfy(\.isEmpty) else { return [] }
    if case .stopping = redis { return [] }
    return stopRedis(now: now)
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

  /// With the code of whatever ended the run, or else of the first place whose workers did not end well.
  mutating func finish() -> [SupervisionAction] {
    redis = .absent
    let ends = places.keys.sorted(by: WorkerPlaceName.isOrdered).compactMap { places[$0]?.exitCode }
    let code = ([exitCode] + ends).first { $0 != SupervisorExitCode.stopped } ?? SupervisorExitCode.stopped
    stage = .finished(exitCode: code)
    return [.finish(exitCode: code)]
  }
}

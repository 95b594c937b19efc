import Glibc
import Logging

/// The private server's life: start, answer, death, restart. Its append-only file carries the data over.
extension SupervisionState {
  mutating func startRedis(now: Duration) -> [SupervisionAction] {
    redis = .starting(
      limit: now + SupervisionLimits.redisAnswer, nextProbe: now + SupervisionLimits.redisProbeInterval)
    return [.startRedis]
  }

  mutating func redisAnswered(now: Duration) -> [SupervisionAction] {
    guard case .starting = redis else { return [] }
    redis = .serving(since: now)
    return [.log(.info, "the private Redis serves")] + (isBeforeWorkers ? startMain() : [])
  }

  mutating func redisExited(_ exit: ProcessExit, lastLines: String, now: Duration) -> [SupervisionAction] {
    let before = redis
    redis = .absent
    let logEnd = lastLines.isEmpty ? "" : "; the end of its log:\n\(lastLines)"
    let message = "the private Redis ended unasked, \(exit)"
    switch (before, stage) {
    case (.stopping, _): return finish()
    case (_, .stopping): return [.log(.error, message + logEnd)]
    case (.starting, .starting) where isBeforeWorkers:
      exitCode = SupervisorExitCode.redisUnreachable
      stage = .stopping
      let advice = "put the cause right, or set REDIS_URL to a server that runs"
      return [.log(.critical, "the private Redis did not start, \(exit): \(advice)" + logEnd)] + finish()
    default: break
    }
    let readyFor: Duration? = if case .serving(let since) = before { now - since } else { nil }
    let delay = redisBackoff.delay(readyFor: readyFor)
    if delay == .zero {
      return [.log(.error, message + "; restarted at once" + logEnd)] + startRedis(now: now)
    }
    redis = .waiting(until: now + delay)
    return [.log(.error, message + "; restarted in \(delay)" + logEnd)]
  }

  mutating func redisTimer(now: Duration) -> [SupervisionAction] {
    guard let deadline = redisDeadline, now >= deadline else { return [] }
    switch redis {
    case .waiting: return startRedis(now: now)
    case .starting(let limit, _):
      if let limit, now >= limit { return redisSilent(now: now) }
      redis = .starting(limit: limit, nextProbe: now + SupervisionLimits.redisProbeInterval)
      return [.probeRedis]
    case .stopping(let ending): return redisOverstayed(ending, now: now)
    case .absent, .serving: return []
    }
  }

  var redisDeadline: Duration? {
    switch redis {
    // Once everything is to end, nothing is started any more.
    case .waiting(let until): stage == .stopping ? nil : until
    case .starting(let limit, let nextProbe):
      stage == .stopping ? nil : limit.map { min($0, nextProbe) } ?? nextProbe
    case .stopping(let ending): ending.deadline
    case .absent, .serving: nil
    }
  }

  private mutating func redisSilent(now: Duration) -> [SupervisionAction] {
    let message = "the private Redis has not answered for \(SupervisionLimits.redisAnswer)"
    guard isBeforeWorkers else {
      // A restarted server that reads a long file must not be killed for it: it would begin again.
      redis = .starting(limit: nil, nextProbe: now + SupervisionLimits.redisProbeInterval)
      return [.log(.error, message + "; waiting on, see redis.log in its folder")]
    }
    exitCode = SupervisorExitCode.redisUnreachable
    stage = .stopping
    let advice = "; see redis.log in its folder, or set REDIS_URL to a server that runs"
    return [.log(.critical, message + advice)] + stopRedis(now: now)
  }
}

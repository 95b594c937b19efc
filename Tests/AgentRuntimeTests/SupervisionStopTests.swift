import AgentRuntime
import Glibc
import Testing

@Suite("Supervision: stopping")
struct SupervisionStopTests {
  private static let killed = ProcessExit.signaled(signal: SIGKILL, dumpedCore: false)

  @Test("A stop asks the worker, then the private Redis, then finishes", arguments: [SIGTERM, SIGINT])
  func orderOfTheEnd(signal: Int32) {
    var driver = SupervisionDriver.ready(ownsRedis: true)
    #expect(driver.tell(.signal(signal)) == [.signal("first", SIGTERM)])
    #expect(driver.state.stage == .stopping)
    #expect(driver.exit("first", .exited(code: 0)) == [.signalRedis(SIGTERM)])
    #expect(driver.remaining == SupervisionLimits.redisStop)
    #expect(driver.tell(.redisExited(.exited(code: 0), lastLines: "")) == [.finish(exitCode: 0)])
  }

  @Test func aWorkerThatOverstaysItsGraceIsKilled() {
    var driver = SupervisionDriver.ready()
    driver.tell(.signal(SIGTERM))
    let grace = SupervisionDriver.drainGrace + SupervisionLimits.poolClosing + SupervisionLimits.margin
    #expect(driver.remaining == grace)
    #expect(driver.reachDeadline() == [.signal("first", SIGKILL)])
    #expect(driver.exit("first", Self.killed) == [.finish(exitCode: 7)])
  }

  @Test func aSecondSignalKillsAtOnce() {
    var driver = SupervisionDriver.ready()
    driver.tell(.signal(SIGINT))
    #expect(driver.tell(.signal(SIGTERM)) == [.signal("first", SIGKILL)])
    #expect(driver.tell(.signal(SIGTERM)) == [])
    #expect(driver.exit("first", Self.killed) == [.finish(exitCode: 7)])
  }

  @Test func aWorkerThatEndedCleanlyJustBeforeItWasKilledCountsAsClean() {
    var driver = SupervisionDriver.ready()
    driver.tell(.signal(SIGTERM))
    driver.tell(.signal(SIGTERM))
    #expect(driver.exit("first", .exited(code: 0)) == [.finish(exitCode: 0)])
  }

  @Test func aWorkerThatCannotBeKilledIsLeftBehind() {
    var driver = SupervisionDriver.ready(ownsRedis: true)
    driver.tell(.signal(SIGTERM))
    #expect(driver.reachDeadline() == [.signal("first", SIGKILL)])
    #expect(driver.reachDeadline() == [.signalRedis(SIGTERM)])
    #expect(driver.tell(.redisExited(.exited(code: 0), lastLines: "")) == [.finish(exitCode: 7)])
  }

  @Test(
    "How a worker ended that was asked to",
    arguments: [
      (ProcessExit.exited(code: 0), Int32(0)), (.exited(code: 6), 6),
      (.signaled(signal: SIGTERM, dumpedCore: false), 7), (.signaled(signal: SIGABRT, dumpedCore: false), 7),
    ])
  func exitCode(exit: ProcessExit, exitCode: Int32) {
    var driver = SupervisionDriver.ready()
    driver.tell(.signal(SIGTERM))
    #expect(driver.exit("first", exit) == [.finish(exitCode: exitCode)])
  }

  @Test func aWorkerStoppedBeforeItWasReadyMayDieOfTheSignal() {
    var driver = SupervisionDriver()
    driver.tell(.begin)
    driver.start("first")
    #expect(driver.tell(.signal(SIGTERM)) == [.signal("first", SIGTERM)])
    let terminated = ProcessExit.signaled(signal: SIGTERM, dumpedCore: false)
    #expect(driver.exit("first", terminated) == [.finish(exitCode: 0)])
  }

  @Test func aStopBetweenACrashAndItsReplacementIsDegraded() {
    var driver = SupervisionDriver.ready()
    driver.exit("first", Self.killed)
    driver.start("second")
    driver.exit("second", Self.killed)
    #expect(driver.tell(.signal(SIGTERM)) == [.finish(exitCode: 7)])
    #expect(driver.state.nextDeadline == nil)
  }

  @Test func aStopWhileThePrivateRedisStartsIsClean() {
    var driver = SupervisionDriver(ownsRedis: true)
    driver.tell(.begin)
    #expect(driver.tell(.signal(SIGTERM)) == [.signalRedis(SIGTERM)])
    #expect(driver.tell(.redisAnswered) == [])
    #expect(driver.tell(.redisExited(.exited(code: 0), lastLines: "")) == [.finish(exitCode: 0)])
  }

  @Test func aPrivateRedisThatOverstaysIsKilledAndThenLeftBehind() {
    var driver = SupervisionDriver.ready(ownsRedis: true)
    driver.tell(.signal(SIGTERM))
    driver.exit("first", .exited(code: 0))
    #expect(driver.reachDeadline() == [.signalRedis(SIGKILL)])
    #expect(driver.reachDeadline() == [.finish(exitCode: 0)])
  }

  @Test func aSignalWhileThePrivateRedisEndsKillsIt() {
    var driver = SupervisionDriver.ready(ownsRedis: true)
    driver.tell(.signal(SIGTERM))
    driver.exit("first", .exited(code: 0))
    #expect(driver.tell(.signal(SIGTERM)) == [.signalRedis(SIGKILL)])
  }

  @Test func aPrivateRedisThatDiesDuringTheDrainIsNotRestarted() {
    var driver = SupervisionDriver.ready(ownsRedis: true)
    driver.tell(.signal(SIGTERM))
    #expect(driver.tell(.redisExited(Self.killed, lastLines: "")) == [])
    #expect(driver.exit("first", .exited(code: 0)) == [.finish(exitCode: 0)])
  }

  @Test func otherSignalsAreNotPassedOnWhileStopping() {
    var driver = SupervisionDriver.ready()
    driver.tell(.signal(SIGTERM))
    #expect(driver.tell(.signal(SIGHUP)) == [])
  }
}

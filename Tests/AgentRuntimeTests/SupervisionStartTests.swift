import AgentRuntime
import Glibc
import Logging
import Testing

@Suite("Supervision: starting")
struct SupervisionStartTests {
  @Test func theWorkerStartsAtOnceWhereRedisIsSomebodyElses() {
    var driver = SupervisionDriver()
    #expect(driver.tell(.begin) == [.startWorker(.main)])
    #expect(driver.state.stage == .starting)
    #expect(driver.start("first") == [])
    #expect(driver.ready("first") == [])
    #expect(driver.state.stage == .running)
    #expect(driver.state.nextDeadline == nil)
  }

  @Test func theWorkerWaitsForThePrivateRedisToAnswer() {
    var driver = SupervisionDriver(ownsRedis: true)
    #expect(driver.tell(.begin) == [.startRedis])
    #expect(driver.tell(.timer) == [])
    #expect(driver.reachDeadline() == [.probeRedis])
    #expect(driver.reachDeadline() == [.probeRedis])
    #expect(driver.tell(.redisAnswered) == [.startWorker(.main)])
    #expect(driver.tell(.redisAnswered) == [])
  }

  @Test(
    "A worker that ends before it was ever ready fails the start",
    arguments: [
      (ProcessExit.exited(code: 3), Int32(3)), (.exited(code: 4), 4), (.exited(code: 5), 5),
      (.exited(code: 0), 1), (.signaled(signal: SIGSEGV, dumpedCore: true), 1),
      (.notStarted(reason: "no such file"), 1),
    ])
  func failedStart(exit: ProcessExit, exitCode: Int32) {
    var driver = SupervisionDriver()
    driver.tell(.begin)
    driver.start("first")
    #expect(driver.exit("first", exit) == [.finish(exitCode: exitCode)])
    #expect(driver.state.stage == .finished(exitCode: exitCode))
    #expect(driver.levels.last == .critical)
    #expect(driver.messages.last?.contains(exit.description) == true)
  }

  @Test func aFailedStartEndsThePrivateRedisBeforeItReturns() {
    var driver = SupervisionDriver(ownsRedis: true)
    driver.tell(.begin)
    driver.tell(.redisAnswered)
    driver.start("first")
    #expect(driver.exit("first", .exited(code: 5)) == [.signalRedis(SIGTERM)])
    #expect(driver.tell(.redisExited(.exited(code: 0), lastLines: "")) == [.finish(exitCode: 5)])
  }

  @Test func aPrivateRedisThatDiesBeforeItAnswersFailsTheStartAndQuotesItsLog() {
    var driver = SupervisionDriver(ownsRedis: true)
    driver.tell(.begin)
    let actions = driver.tell(.redisExited(.exited(code: 1), lastLines: "Bad file format"))
    #expect(actions == [.finish(exitCode: 4)])
    #expect(driver.messages.last?.contains("Bad file format") == true)
    #expect(driver.messages.last?.contains("REDIS_URL") == true)
  }

  @Test func aPrivateRedisThatNeverAnswersFailsTheStartAfterItsLimit() {
    var driver = SupervisionDriver(ownsRedis: true)
    driver.tell(.begin)
    driver.pass(SupervisionLimits.redisAnswer)
    #expect(driver.tell(.timer) == [.signalRedis(SIGTERM)])
    #expect(driver.tell(.redisExited(.exited(code: 0), lastLines: "")) == [.finish(exitCode: 4)])
  }

  @Test func aWorkerThatIsNeverReadyIsKilledAtItsLimit() {
    var driver = SupervisionDriver()
    driver.tell(.begin)
    driver.start("first")
    #expect(driver.remaining == SupervisionLimits.workerStart)
    #expect(driver.reachDeadline() == [.signal("first", SIGKILL)])
    #expect(driver.state.nextDeadline == nil)
    let killed = ProcessExit.signaled(signal: SIGKILL, dumpedCore: false)
    #expect(driver.exit("first", killed) == [.finish(exitCode: 1)])
  }

  @Test func signalsForAWorkerThatIsNotReadyAreHeldOnceEach() {
    var driver = SupervisionDriver()
    driver.tell(.begin)
    driver.start("first")
    #expect(driver.tell(.signal(SIGHUP)) == [])
    #expect(driver.tell(.signal(SIGUSR1)) == [])
    #expect(driver.tell(.signal(SIGHUP)) == [])
    #expect(driver.ready("first") == [.signal("first", SIGHUP), .signal("first", SIGUSR1)])
  }
}

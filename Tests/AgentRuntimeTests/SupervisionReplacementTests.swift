import AgentRuntime
import Glibc
import Logging
import Testing

@Suite("Supervision: a worker takes the place of another")
struct SupervisionReplacementTests {
  private static let crash = ProcessExit.signaled(signal: SIGSEGV, dumpedCore: false)
  private static let ended = ProcessExit.exited(code: 0)

  /// "first" serves and has asked to be replaced; "second" has been started.
  private static func replacing() -> SupervisionDriver {
    var driver = SupervisionDriver.ready()
    #expect(driver.ask("first") == [.startWorker(.main)])
    #expect(driver.start("second") == [])
    return driver
  }

  @Test func theOldOneIsAskedToEndWhenTheNewOneIsReady() {
    var driver = Self.replacing()
    #expect(driver.ready("second") == [.signal("first", SIGTERM)])
    #expect(driver.exit("first", Self.ended) == [])
    #expect(driver.state.nextDeadline == nil)
    #expect(driver.state.stage == .running)
  }

  @Test func anOldOneThatOverstaysIsKilledAndTheRunGoesOn() {
    var driver = Self.replacing()
    driver.ready("second")
    #expect(driver.remaining == SupervisionDriver.limits.workerStop)
    #expect(driver.reachDeadline() == [.signal("first", SIGKILL)])
    #expect(driver.exit("first", .signaled(signal: SIGKILL, dumpedCore: false)) == [])
    #expect(driver.tell(.signal(SIGTERM)) == [.signal("second", SIGTERM)])
    #expect(driver.exit("second", Self.ended) == [.finish(exitCode: 0)])
  }

  @Test func aNewOneThatDiesLeavesTheOldOneWhereItIs() {
    var driver = Self.replacing()
    #expect(driver.exit("second", Self.crash) == [.startWorker(.main)])
    #expect(driver.levels.last == .error)
    #expect(driver.messages.last?.contains("worker first stays in its place") == true)
    driver.start("third")
    #expect(driver.exit("third", Self.crash) == [])
    #expect(driver.remaining == RestartBackoff.shortestDelay)
    #expect(driver.reachDeadline() == [.startWorker(.main)])
    driver.start("fourth")
    #expect(driver.ready("fourth") == [.signal("first", SIGTERM)])
  }

  @Test func aNewOneThatIsNeverReadyIsKilledAndTheOldOneStays() {
    var driver = Self.replacing()
    #expect(driver.remaining == SupervisionLimits.workerStart)
    #expect(driver.reachDeadline() == [.signal("second", SIGKILL)])
    #expect(driver.levels.last == .error)
    #expect(driver.exit("second", .signaled(signal: SIGKILL, dumpedCore: false)) == [.startWorker(.main)])
  }

  @Test func requestsDuringAReplacementAreOneMoreAfterwards() {
    var driver = Self.replacing()
    #expect(driver.ask("first") == [])
    #expect(driver.ask("first") == [])
    #expect(driver.ready("second") == [.signal("first", SIGTERM)])
    #expect(driver.ask("second") == [])
    #expect(driver.exit("first", Self.ended) == [.startWorker(.main)])
    driver.start("third")
    #expect(driver.ready("third") == [.signal("second", SIGTERM)])
    #expect(driver.exit("second", Self.ended) == [])
    #expect(driver.state.nextDeadline == nil)
  }

  @Test func aRequestOfAWorkerThatDoesNotServeIsAnsweredAlready() {
    var driver = Self.replacing()
    #expect(driver.ask("second") == [])
    driver.ready("second")
    #expect(driver.ask("first") == [])
    #expect(driver.exit("first", Self.ended) == [])
  }

  @Test func aCrashOfTheOldOneDuringTheReplacementNeedsNoFurtherWorker() {
    var driver = Self.replacing()
    #expect(driver.exit("first", Self.crash) == [])
    #expect(driver.levels.last == .error)
    #expect(driver.ready("second") == [])
    #expect(driver.state.nextDeadline == nil)
  }

  @Test func aCrashOfTheNewOneWhileTheOldOneEndsIsAnsweredAtOnce() {
    var driver = Self.replacing()
    driver.ready("second")
    #expect(driver.exit("second", Self.crash) == [.startWorker(.main)])
    driver.start("third")
    #expect(driver.exit("first", Self.ended) == [])
    #expect(driver.ready("third") == [])
  }

  @Test func aStopDuringTheReplacementEndsBoth() {
    var driver = Self.replacing()
    let signals = driver.tell(.signal(SIGTERM))
    #expect(signals == [.signal("first", SIGTERM), .signal("second", SIGTERM)])
    #expect(driver.exit("second", .signaled(signal: SIGTERM, dumpedCore: false)) == [])
    #expect(driver.exit("first", Self.ended) == [.finish(exitCode: 0)])
  }

  @Test func aStopWhileTheOldOneEndsWaitsForBoth() {
    var driver = Self.replacing()
    driver.ready("second")
    #expect(driver.tell(.signal(SIGTERM)) == [.signal("second", SIGTERM)])
    #expect(driver.exit("second", Self.ended) == [])
    #expect(driver.exit("first", .exited(code: 6)) == [.finish(exitCode: 6)])
  }

  @Test func aSignalReachesTheOldOneAtOnceAndTheNewOneWhenItIsReady() {
    var driver = Self.replacing()
    #expect(driver.tell(.signal(SIGHUP)) == [.signal("first", SIGHUP)])
    #expect(driver.ready("second") == [.signal("second", SIGHUP), .signal("first", SIGTERM)])
  }
}

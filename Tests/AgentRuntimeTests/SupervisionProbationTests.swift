import AgentRuntime
import Glibc
import Testing

@Suite("Supervision: workers on probation")
struct SupervisionProbationTests {
  private static let crash = ProcessExit.signaled(signal: SIGSEGV, dumpedCore: false)
  private static let ended = ProcessExit.exited(code: 0)
  private static let probation = WorkerPlaceName.probation(of: .main)
  private static let isolated = WorkerPlaceName.isolated("a")

  /// "first" serves, and "second" is on probation.
  private static func serving() -> SupervisionDriver {
    var driver = SupervisionDriver.ready()
    #expect(driver.tell(.suspects(at: .main, by: Incarnation("first"))) == [.startWorker(probation)])
    driver.start("second", at: probation)
    #expect(driver.ready("second", at: probation) == [])
    return driver
  }

  @Test func thereIsOneForAllThatIsTold() {
    var driver = Self.serving()
    #expect(driver.tell(.suspects(at: .main, by: Incarnation("first"))) == [])
    #expect(driver.exit("first", Self.crash) == [.startWorker(.main)])
    driver.start("third")
    driver.ready("third")
    #expect(driver.tell(.suspects(at: .main, by: Incarnation("third"))) == [])
  }

  @Test func whatItDiesOfIsAnsweredAtItsPlaceAlone() {
    var driver = Self.serving()
    for number in 0..<3 {
      let exited = WorkerEvent.exited(
        Incarnation(number == 0 ? "second" : "life \(number)"), Self.crash, isExplained: true)
      #expect(driver.tell(.worker(Self.probation, exited)) == [.startWorker(Self.probation)])
      driver.start("life \(number + 1)", at: Self.probation)
      driver.ready("life \(number + 1)", at: Self.probation)
    }
    #expect(driver.state.stage == .running)
  }

  @Test func deathsThatNothingExplainsAreAnsweredMoreAndMoreSlowly() {
    var driver = Self.serving()
    #expect(driver.exit("second", at: Self.probation, Self.crash) == [.startWorker(Self.probation)])
    driver.start("third", at: Self.probation)
    driver.ready("third", at: Self.probation)
    #expect(driver.exit("third", at: Self.probation, Self.crash) == [])
    #expect(driver.remaining == RestartBackoff.shortestDelay)
    #expect(driver.reachDeadline() == [.startWorker(Self.probation)])
  }

  @Test func itEndsWhenNothingIsLeftAndComesAgain() {
    var driver = Self.serving()
    #expect(driver.tell(.cleared(Self.probation, by: Incarnation("first"))) == [])
    let signals = driver.tell(.cleared(Self.probation, by: Incarnation("second")))
    #expect(signals == [.signal("second", SIGTERM, at: Self.probation)])
    #expect(driver.tell(.cleared(Self.probation, by: Incarnation("second"))) == [])
    #expect(driver.exit("second", at: Self.probation, Self.ended) == [])
    #expect(driver.state.nextDeadline == nil)
    #expect(driver.tell(.suspects(at: .main, by: Incarnation("first"))) == [.startWorker(Self.probation)])
  }

  @Test func whatIsToldWhileItEndsIsNotLost() {
    var driver = Self.serving()
    driver.tell(.cleared(Self.probation, by: Incarnation("second")))
    #expect(driver.tell(.suspects(at: .main, by: Incarnation("first"))) == [.startWorker(Self.probation)])
    driver.start("third", at: Self.probation)
    #expect(driver.exit("second", at: Self.probation, Self.ended) == [])
    #expect(driver.ready("third", at: Self.probation) == [])
  }

  @Test func onlyWhoIsAtWorkIsHeardAndAWorkerOnProbationAsksForNone() {
    var driver = Self.serving()
    #expect(driver.tell(.suspects(at: Self.probation, by: Incarnation("second"))) == [])
    #expect(driver.tell(.suspects(at: Self.isolated, by: Incarnation("first"))) == [])
    #expect(driver.tell(.cleared(.main, by: Incarnation("first"))) == [])
    var beginning = SupervisionDriver()
    beginning.tell(.begin)
    beginning.start("first")
    #expect(beginning.tell(.suspects(at: .main, by: Incarnation("first"))) == [])
  }

  @Test func theOneOfAnIsolatedPlaceEndsWithIt() {
    var driver = SupervisionDriver.ready()
    let place = WorkerPlaceName.probation(of: Self.isolated)
    driver.tell(.places(["a"], by: Incarnation("first")))
    driver.start("second", at: Self.isolated)
    driver.ready("second", at: Self.isolated)
    #expect(driver.tell(.suspects(at: Self.isolated, by: Incarnation("second"))) == [.startWorker(place)])
    driver.start("third", at: place)
    driver.ready("third", at: place)
    let signals = driver.tell(.places([], by: Incarnation("first")))
    #expect(
      signals == [.signal("second", SIGTERM, at: Self.isolated), .signal("third", SIGTERM, at: place)])
    #expect(driver.exit("second", at: Self.isolated, Self.ended) == [])
    #expect(driver.exit("third", at: place, Self.ended) == [])
    #expect(driver.state.nextDeadline == nil)
  }

  @Test func itIsNoneOfTheIsolatedPlacesThatThereMayBe() {
    var driver = Self.serving()
    let names = (0..<64).map { "p\($0 + 10)" }
    #expect(driver.tell(.places(names, by: Incarnation("first"))).count == 64)
  }

  @Test func aStopEndsItToo() {
    var driver = Self.serving()
    let signals = driver.tell(.signal(SIGTERM))
    #expect(signals == [.signal("first", SIGTERM), .signal("second", SIGTERM, at: Self.probation)])
    #expect(driver.exit("first", Self.ended) == [])
    #expect(driver.exit("second", at: Self.probation, Self.ended) == [.finish(exitCode: 0)])
  }
}

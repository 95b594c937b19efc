import AgentRuntime
import Glibc
import Logging
import Testing

@Suite("Supervision: isolated places")
struct SupervisionPlaceTests {
  private static let crash = ProcessExit.signaled(signal: SIGSEGV, dumpedCore: false)
  private static let ended = ProcessExit.exited(code: 0)
  private static let a = WorkerPlaceName.isolated("a")
  private static let b = WorkerPlaceName.isolated("b")

  /// "first" serves at the main place, "second" at place a.
  private static func serving(ownsRedis: Bool = false) -> SupervisionDriver {
    var driver = SupervisionDriver.ready(ownsRedis: ownsRedis)
    #expect(driver.tell(.places(["a"], by: Incarnation("first"))) == [.startWorker(a)])
    driver.start("second", at: a)
    #expect(driver.ready("second", at: a) == [])
    return driver
  }

  @Test func theyBeginWhenTheMainPlaceServes() {
    var driver = SupervisionDriver()
    driver.tell(.begin)
    driver.start("first")
    #expect(driver.tell(.places(["b", "a"], by: Incarnation("first"))) == [])
    #expect(driver.ready("first") == [.startWorker(Self.a), .startWorker(Self.b)])
  }

  @Test func onlyAWorkerAtWorkInTheMainPlaceNamesThem() {
    var driver = Self.serving()
    #expect(driver.tell(.places([], by: Incarnation("second"))) == [])
    #expect(driver.tell(.places([], by: Incarnation("stranger"))) == [])
    driver.ask("first")
    driver.start("third")
    #expect(driver.tell(.places(["a", "b"], by: Incarnation("third"))) == [.startWorker(Self.b)])
    driver.ready("third")
    #expect(driver.tell(.places([], by: Incarnation("first"))) == [])
  }

  @Test func aCrashIsAnsweredAtItsPlaceAlone() {
    var driver = Self.serving()
    #expect(driver.exit("second", at: Self.a, Self.crash) == [.startWorker(Self.a)])
    #expect(driver.state.stage == .running)
  }

  @Test func aPlaceThatDoesNotStartIsTriedAgainAndNeverEndsTheRun() {
    var driver = SupervisionDriver.ready()
    driver.tell(.places(["a"], by: Incarnation("first")))
    #expect(driver.tell(.worker(Self.a, .notStarted(reason: "no memory"))) == [.startWorker(Self.a)])
    for number in 0..<20 {
      driver.start("life \(number)", at: Self.a)
      #expect(driver.exit("life \(number)", at: Self.a, .exited(code: 3)) == [])
      #expect(driver.reachDeadline() == [.startWorker(Self.a)])
    }
    driver.start("last", at: Self.a)
    driver.exit("last", at: Self.a, .exited(code: 3))
    #expect(driver.tell(.signal(SIGTERM)) == [.signal("first", SIGTERM)])
    #expect(driver.exit("first", Self.ended) == [.finish(exitCode: 0)])
  }

  @Test func aPlaceThatNobodyWantsEndsAndOneThatIsWantedAgainBegins() {
    var driver = Self.serving()
    #expect(driver.tell(.places([], by: Incarnation("first"))) == [.signal("second", SIGTERM, at: Self.a)])
    #expect(driver.tell(.places(["a"], by: Incarnation("first"))) == [.startWorker(Self.a)])
    driver.start("third", at: Self.a)
    #expect(driver.ready("third", at: Self.a) == [])
    #expect(driver.exit("second", at: Self.a, Self.ended) == [])
    #expect(driver.tell(.places([], by: Incarnation("first"))) == [.signal("third", SIGTERM, at: Self.a)])
    #expect(driver.exit("third", at: Self.a, Self.ended) == [])
    #expect(driver.state.nextDeadline == nil)
    #expect(driver.tell(.places(["a"], by: Incarnation("first"))) == [.startWorker(Self.a)])
  }

  @Test func eachPlaceIsReplacedByItself() {
    var driver = Self.serving()
    #expect(driver.ask("second", at: Self.a) == [.startWorker(Self.a)])
    #expect(driver.ask("first") == [.startWorker(.main)])
    driver.start("third", at: Self.a)
    #expect(driver.ready("third", at: Self.a) == [.signal("second", SIGTERM, at: Self.a)])
    driver.start("fourth")
    #expect(driver.ready("fourth") == [.signal("first", SIGTERM)])
  }

  @Test func aSignalGoesToEveryPlace() {
    var driver = Self.serving()
    driver.tell(.places(["a", "b"], by: Incarnation("first")))
    driver.start("third", at: Self.b)
    let direct = driver.tell(.signal(SIGHUP))
    #expect(direct == [.signal("first", SIGHUP), .signal("second", SIGHUP, at: Self.a)])
    #expect(driver.ready("third", at: Self.b) == [.signal("third", SIGHUP, at: Self.b)])
  }

  @Test func thePrivateRedisOutlivesAllWorkers() {
    var driver = Self.serving(ownsRedis: true)
    let signals = driver.tell(.signal(SIGTERM))
    #expect(signals == [.signal("first", SIGTERM), .signal("second", SIGTERM, at: Self.a)])
    #expect(driver.exit("first", Self.ended) == [])
    #expect(driver.exit("second", at: Self.a, Self.crash) == [.signalRedis(SIGTERM)])
    #expect(driver.tell(.redisExited(Self.ended, lastLines: "")) == [.finish(exitCode: 7)])
  }

  @Test func thereAreNoMorePlacesThanTheLimitThoseThatEndIncluded() {
    var driver = Self.serving()
    let names = (0..<64).map { "p\($0 + 10)" }
    let started = driver.tell(.places(names, by: Incarnation("first")))
    #expect(started.count { $0 == .signal("second", SIGTERM, at: Self.a) } == 1)
    #expect(started.count == 64)
    #expect(driver.exit("second", at: Self.a, Self.ended) == [.startWorker(.isolated("p73"))])
  }
}

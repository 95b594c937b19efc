import AgentRuntime
import Glibc
import Logging
import Testing

@Suite("Supervision: replacing the dead")
struct SupervisionRestartTests {
  private static let crash = ProcessExit.signaled(signal: SIGSEGV, dumpedCore: false)

  @Test(
    "Any end that was not asked for is a crash, and is replaced at once",
    arguments: [crash, .exited(code: 0), .exited(code: 3)])
  func replacedAtOnce(exit: ProcessExit) {
    var driver = SupervisionDriver.ready()
    driver.pass(.seconds(1))
    let actions = driver.exit("first", exit)
    #expect(actions == [.startWorker(.main)])
    #expect(driver.levels.last == .error)
    #expect(driver.messages.last?.contains(exit.description) == true)
  }

  @Test func aCrashLoopBacksOffToItsLongestDelay() {
    var driver = SupervisionDriver.ready()
    driver.exit("first", Self.crash)
    var delays: [Duration] = []
    for number in 0..<8 {
      driver.start("life \(number)")
      driver.exit("life \(number)", Self.crash)
      delays.append(driver.remaining ?? .zero)
      guard case .startWorker? = driver.reachDeadline().first else {
        Issue.record("no replacement after delay \(number)")
        return
      }
    }
    let expected: [Duration] = [
      .milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800),
      .milliseconds(1_600), .milliseconds(3_200), .seconds(5), .seconds(5),
    ]
    #expect(delays == expected)
  }

  @Test func aReplacementThatCannotBeStartedIsTriedAgainLater() {
    var driver = SupervisionDriver.ready()
    driver.exit("first", Self.crash)
    #expect(driver.tell(.worker(.main, .notStarted(reason: "no memory"))) == [])
    #expect(driver.remaining == RestartBackoff.shortestDelay)
    #expect(driver.reachDeadline() == [.startWorker(.main)])
  }

  @Test func signalsGoToAReadyWorkerAsTheyAre() {
    var driver = SupervisionDriver.ready()
    for signal in [SIGHUP, SIGUSR1, SIGTSTP] {
      #expect(driver.tell(.signal(signal)) == [.signal("first", signal)])
    }
  }

  @Test func thePrivateRedisIsRestartedUnderALivingWorker() {
    var driver = SupervisionDriver.ready(ownsRedis: true)
    #expect(driver.tell(.redisExited(Self.crash, lastLines: "")) == [.startRedis])
    #expect(driver.reachDeadline() == [.probeRedis])
    #expect(driver.tell(.redisExited(Self.crash, lastLines: "")) == [])
    #expect(driver.remaining == RestartBackoff.shortestDelay)
    #expect(driver.reachDeadline() == [.startRedis])
    #expect(driver.tell(.redisAnswered) == [])
    #expect(driver.state.nextDeadline == nil)
  }

  @Test func aRestartedRedisThatIsSlowIsReportedOnceAndWaitedFor() {
    var driver = SupervisionDriver.ready(ownsRedis: true)
    driver.tell(.redisExited(Self.crash, lastLines: ""))
    let before = driver.messages.count
    driver.pass(SupervisionLimits.redisAnswer)
    #expect(driver.tell(.timer) == [])
    #expect(driver.messages.count == before + 1)
    driver.pass(SupervisionLimits.redisAnswer)
    #expect(driver.tell(.timer) == [.probeRedis])
    #expect(driver.messages.count == before + 1)
    #expect(driver.state.stage == .running)
  }
}

@Suite("Restart backoff")
struct RestartBackoffTests {
  @Test func deathsThatAreExplainedNeedNoWaitUpToANumberOfThem() {
    var backoff = RestartBackoff()
    for _ in 0..<RestartBackoff.maximumExplained {
      #expect(backoff.delay(readyFor: .milliseconds(10), isExplained: true) == .zero)
    }
    #expect(backoff.delay(readyFor: .milliseconds(10), isExplained: true) == .zero, "the first of the others")
    #expect(backoff.delay(readyFor: .milliseconds(10), isExplained: true) == RestartBackoff.shortestDelay)
    #expect(backoff.delay(readyFor: RestartBackoff.steadyLife, isExplained: true) == .zero)
    #expect(backoff.delay(readyFor: .milliseconds(10), isExplained: true) == .zero, "counted anew")
  }

  @Test func onlyEarlyDeathsAfterTheFirstWait() {
    var backoff = RestartBackoff()
    #expect(backoff.delay(readyFor: .seconds(1)) == .zero)
    #expect(backoff.delay(readyFor: .seconds(5)) == .zero)
    #expect(backoff.delay(readyFor: .milliseconds(4_999)) == .milliseconds(100))
    #expect(backoff.delay(readyFor: nil) == .milliseconds(200))
  }

  @Test func aLifeShortOfSteadyKeepsTheCount() {
    var backoff = RestartBackoff()
    _ = backoff.delay(readyFor: nil)
    _ = backoff.delay(readyFor: nil)
    #expect(backoff.delay(readyFor: .milliseconds(29_999)) == .zero)
    #expect(backoff.delay(readyFor: nil) == .milliseconds(200))
  }

  @Test func aSteadyLifeStartsTheCountAnew() {
    var backoff = RestartBackoff()
    for _ in 0..<10 { _ = backoff.delay(readyFor: nil) }
    #expect(backoff.delay(readyFor: .seconds(30)) == .zero)
    #expect(backoff.delay(readyFor: nil) == .milliseconds(100))
  }
}

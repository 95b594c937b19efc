import AgentRuntime
import Glibc
import Testing

@Suite("Supervisor: small values")
struct SupervisorValueTests {
  @Test func waitStatusIsReadAsTheKernelWritesIt() {
    #expect(ProcessExit(waitStatus: 0) == .exited(code: 0))
    #expect(ProcessExit(waitStatus: 255 << 8) == .exited(code: 255))
    #expect(ProcessExit(waitStatus: SIGKILL) == .signaled(signal: SIGKILL, dumpedCore: false))
    #expect(ProcessExit(waitStatus: SIGSEGV | 0x80) == .signaled(signal: SIGSEGV, dumpedCore: true))
  }

  @Test func endsAreSaidInWords() {
    #expect(ProcessExit.exited(code: 3).description == "exit status 3")
    #expect(
      ProcessExit.signaled(signal: SIGSEGV, dumpedCore: true).description
        == "killed by SIGSEGV, core dumped")
    #expect(signalName(200) == "signal 200")
  }

  @Test func anIncarnationIsSixteenHexadecimalDigits() {
    let incarnations = (0..<100).map { _ in Incarnation.random() }
    for incarnation in incarnations {
      #expect(incarnation.description.count == 16)
      #expect(UInt64(incarnation.description, radix: 16) != nil)
    }
    #expect(Set(incarnations).count == 100)
  }

  @Test func aWorkerIsToldWhoItIs() {
    let launch = WorkerLaunch(executable: "/x", arguments: ["worker"], environment: [:])
    let main = launch.arguments(incarnation: Incarnation("c"), place: .main)
    #expect(main == ["worker", "--incarnation", "c"])
    let isolated = launch.arguments(incarnation: Incarnation("c"), place: .isolated("-x"))
    #expect(isolated == ["worker", "--incarnation", "c", "--place=-x"])
    for place in [
      WorkerPlaceName.main, .isolated("x"), .probation(of: .main), .probation(of: .isolated("x")),
    ] {
      #expect(WorkerPlaceName(place.description) == place)
    }
    for text in ["", "probation of ", "probation of a/b", "probation of probation of x"] {
      #expect(WorkerPlaceName(text) == nil)
    }
    let probation = launch.arguments(
      incarnation: Incarnation("c"), place: .probation(of: .isolated("-x")))
    #expect(probation == ["worker", "--incarnation", "c", "--place=-x", "--probation"])
  }

  @Test func statusLinesAreBounded() {
    var buffer = StatusLineBuffer()
    #expect(buffer.append("rea".utf8) == [])
    #expect(buffer.append("dy\nhello\n".utf8) == [.known(.ready), .unknown("hello")])
    let long = String(repeating: "x", count: StatusLine.maximumBytes + 1)
    #expect(buffer.append(long.utf8) == [.tooLong])
    #expect(buffer.append("xxx\nready\n".utf8) == [.known(.ready)])
    let longest = String(repeating: "y", count: StatusLine.maximumBytes)
    #expect(buffer.append("\(longest)\n".utf8) == [.unknown(longest)])
  }

  @Test func pollIsNeverEarlyAndNeverOverflows() {
    let now = Duration.seconds(10)
    #expect(MonotonicClock.pollTimeout(until: nil, now: now) == -1)
    #expect(MonotonicClock.pollTimeout(until: .seconds(9), now: now) == 0)
    #expect(MonotonicClock.pollTimeout(until: now + .nanoseconds(1), now: now) == 1)
    #expect(MonotonicClock.pollTimeout(until: now + .milliseconds(1_500), now: now) == 1_500)
    #expect(MonotonicClock.pollTimeout(until: now + .seconds(1 << 40), now: now) == Int32.max)
  }
}

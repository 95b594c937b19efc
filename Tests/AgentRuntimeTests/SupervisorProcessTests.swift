import AgentRuntime
import Glibc
import Testing

/// Waits for one child, at most ten seconds, and reaps it.
func exit(of child: ChildProcess) throws -> ProcessExit {
  var waiting = pollfd(fd: child.descriptor.number, events: Int16(POLLIN), revents: 0)
  try #require(poll(&waiting, 1, 10_000) == 1, "process \(child.pid) has not ended within 10 s")
  return try #require(ChildProcess.reap(child.pid)).exit
}

@Suite("Supervisor: real children")
struct SupervisorProcessTests {
  private static let environment = ["PATH": "/usr/bin:/bin"]

  /// Runs a script of the shell whose descriptor 3 is a pipe, and returns what it wrote there.
  private func output(ofScript script: String) throws -> (text: String, exit: ProcessExit) {
    var output: (reading: OwnedDescriptor, writing: OwnedDescriptor)? = try OwnedDescriptor.pipe()
    let reading = try #require(output).reading
    let child = try ChildProcess.spawn(
      .init(
        executable: "/bin/sh", arguments: ["-c", script], environment: Self.environment,
        passing: [try #require(output).writing]))
    output = nil
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1_024)
    while case let count = read(reading.number, &chunk, chunk.count), count > 0 { text += chunk[..<count] }
    return (String(decoding: text, as: UTF8.self), try exit(of: child))
  }

  @Test func aChildHasOnlyWhatItWasPassed() throws {
    // Ours, and deliberately not close-on-exec.
    let leaking = OwnedDescriptor(fcntl(STDERR_FILENO, F_DUPFD, 20))
    try #require(leaking.number >= 20)
    let script = "for n in 0 1 2 3 4 \(leaking.number); do [ -e /proc/$$/fd/$n ] && echo $n >&3; done; exit 0"
    let result = try withExtendedLifetime(leaking) { try output(ofScript: script) }
    #expect(result.text == "0\n1\n2\n3\n")
    #expect(result.exit == .exited(code: 0))
  }

  @Test func aChildLeadsItsOwnProcessGroupWithNoSignalBlocked() throws {
    // By the shell alone: it blocks signals itself while it starts another program.
    let script =
      "read -r pid name state parent group rest < /proc/$$/stat; echo $pid $group >&3; "
      + "while read -r key value; do [ $key = SigBlk: ] && echo $value >&3; done < /proc/$$/status"
    let words = try output(ofScript: script).text.split(whereSeparator: \.isWhitespace)
    try #require(words.count == 3)
    #expect(words[0] == words[1])
    #expect(words[2] == "0000000000000000")
  }

  @Test func aChildReadsNothingFromOurInput() throws {
    #expect(try output(ofScript: "read -r line || echo end >&3").text == "end\n")
  }

  @Test func theWayAChildEndedIsSeen() throws {
    #expect(try output(ofScript: "exit 42").exit == .exited(code: 42))
    let killed = try output(ofScript: "kill -KILL $$").exit
    #expect(killed == .signaled(signal: SIGKILL, dumpedCore: false))
  }

  @Test func aProgramThatIsNotThereIsAnErrorWithItsName() {
    let error = #expect(throws: SystemCallError.self) {
      try ChildProcess.spawn(
        .init(executable: "/no/such/program", arguments: [], environment: [:], passing: []))
    }
    #expect(error?.description == "start /no/such/program: No such file or directory")
  }

  @Test func aSignalToAReapedChildReachesNobody() throws {
    let child = try ChildProcess.spawn(
      .init(executable: "/bin/true", arguments: [], environment: [:], passing: []))
    #expect(try exit(of: child) == .exited(code: 0))
    try child.send(SIGKILL)
  }

  @Test func aWorkerIsHeardAndEndsWithItsLifeLine() throws {
    let script = "echo ready >&4; echo $0 $* >&4; exec 4>&-; read -r line <&3; exit 111"
    let launch = WorkerLaunch(
      executable: "/bin/sh", arguments: ["-c", script, "worker"], environment: Self.environment)
    var worker: WorkerProcess? = try WorkerProcess(
      launch, incarnation: Incarnation("b"), place: .main, history: WorkerHistory())
    let child = try #require(worker).child
    var lines: [StatusLineBuffer.Line] = []
    while let running = worker, running.statusIsOpen {
      var waiting = pollfd(fd: running.statusDescriptor, events: Int16(POLLIN), revents: 0)
      try #require(poll(&waiting, 1, 10_000) == 1, "the worker has said nothing for 10 s")
      lines += running.readStatus()
    }
    #expect(lines == [.known(.ready), .unknown("worker --incarnation b")])
    worker = nil
    #expect(try exit(of: child) == .exited(code: 111))
  }
}

import Glibc
import Logging
import SeededGenerator
import Testing

@testable import AgentRuntime

@Suite("A worker in reserve")
struct SpareWorkerTests {
  /// Stands in for a spare: says what it has read of its life line, and waits for that to end.
  private static let script =
    "length=$(head -c 2 <&3 | od -An -tu2); head -c $length <&3 | tr '\\0' ' ' >&4; echo >&4; exec 4>&-; cat <&3; exit 111"
  private static let launch = WorkerLaunch(
    executable: "/bin/sh", arguments: ["worker", "run"], environment: ["PATH": "/usr/bin:/bin"],
    spareArguments: ["-c", script])

  private func exit(of child: ChildProcess) throws -> ProcessExit {
    var waiting = pollfd(fd: child.descriptor.number, events: Int16(POLLIN), revents: 0)
    try #require(poll(&waiting, 1, 60_000) == 1, "the child has not ended for 60 s")
    return try #require(ChildProcess.reap(child.pid)).exit
  }

  @Test("what it is told arrives as it was said, whatever it is", arguments: 0..<50)
  func assignment(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let arguments = (0..<Int.random(in: 1...12, using: &random)).map { _ in
      String(
        String.UnicodeScalarView(
          (0..<Int.random(in: 0...40, using: &random)).compactMap { _ in
            UnicodeScalar(UInt32.random(in: 1...0xd7ff, using: &random))
          }))
    }
    let pipe = try OwnedDescriptor.pipe()
    let message = try #require(SpareAssignment.message(arguments))
    #expect(write(pipe.writing.number, message + [65], message.count + 1) == message.count + 1)
    #expect(SpareAssignment.read(from: pipe.reading.number) == arguments)
    var next: UInt8 = 0
    #expect(read(pipe.reading.number, &next, 1) == 1 && next == 65, "nothing behind it is read")
  }

  @Test("what is too long is not said, and what breaks off is nothing")
  func limits() throws {
    #expect(SpareAssignment.message([String(repeating: "x", count: 4093)])?.count == 4096)
    #expect(SpareAssignment.message([String(repeating: "x", count: 4094)]) == nil)
    for text in [[], [5], [5, 0], [5, 0, 65, 66], [2, 0, 65, 66]] as [[UInt8]] {
      let reading = try {
        let pipe = try OwnedDescriptor.pipe()
        write(pipe.writing.number, text, text.count)
        return pipe.reading
      }()
      #expect(SpareAssignment.read(from: reading.number) == nil, "\(text)")
    }
  }

  @Test("the next worker is what was in reserve, told the arguments of a worker")
  func taken() throws {
    let spares = SpareWorkers(Self.launch, logger: Logger(label: "test"))
    #expect(spares.take() == nil)
    spares.workerIsReady(now: .seconds(5))
    #expect(spares.due == .seconds(6))
    spares.timer(now: .seconds(5.9))
    #expect(spares.take() == nil)
    spares.timer(now: .seconds(6))
    let spare = try #require(spares.take())
    #expect(spares.take() == nil && spares.due == nil)
    let worker = try WorkerProcess(
      Self.launch, incarnation: Incarnation("b"), place: .main, history: WorkerHistory(), spare: spare)
    #expect(worker.child === spare.child)
    var lines: [StatusLineBuffer.Line] = []
    while worker.statusIsOpen {
      var waiting = pollfd(fd: worker.statusDescriptor, events: Int16(POLLIN), revents: 0)
      try #require(poll(&waiting, 1, 60_000) == 1, "it has said nothing for 60 s")
      lines += worker.readStatus()
    }
    #expect(lines == [.unknown("worker run --incarnation b ")])
  }

  @Test("one that is not needed any more ends, and one that has ended is none")
  func ended() throws {
    let spares = SpareWorkers(Self.launch, logger: Logger(label: "test"))
    spares.workerIsReady(now: .zero)
    spares.timer(now: .seconds(1))
    // Taken and let go: its life line has closed.
    let child = try #require(spares.take()).child
    _ = try exit(of: child)
    spares.workerIsReady(now: .zero)
    spares.end()
    #expect(spares.due == nil)
    spares.timer(now: .seconds(9))
    #expect(spares.take() == nil)
  }
}

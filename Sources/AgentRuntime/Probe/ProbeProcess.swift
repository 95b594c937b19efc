import AgentPlugins
import Glibc

/// One process that tries libraries, seen from outside. Blocks its thread.
struct ProbeProcess {
  /// What it may have said and nobody has read yet.
  private static let maximumBytes = 1 << 20

  private let child: ChildProcess
  private let report: OwnedDescriptor

  init(
    _ subjects: [ProbeSubject], conformance: Bool, environment: [String: String]
  ) throws(SystemCallError) {
    let (reading, writing) = try OwnedDescriptor.pipe()
    try reading.makeNonBlocking()
    // Not by arguments, which everybody on the machine can read.
    let list = try OwnedDescriptor.memoryFile(holding: ProbeSubject.text(subjects))
    child = try ChildProcess.spawn(
      ChildProcess.Launch(
        executable: "/proc/self/exe",
        arguments: ["plugin", "probe"] + (conformance ? ["--conformance"] : []),
        environment: environment, passing: [writing, list]))
    report = reading
  }

  /// Waits for its end; kills it when it has come no further for `limit` seconds. What a library writes there itself is
  /// no progress. `stop` ends it at once.
  func run(_ progress: inout ProbeProgress, limit: Double, stop: ProbeStop?) -> ProbeProgress.End {
    var bytes: [UInt8] = []
    var isHeard = true
    var deadline = ContinuousClock.now + .seconds(progress.patience(limit))
    while true {
      let left = max(0, (deadline - .now) / .milliseconds(1))
      var ends = [
        pollfd(fd: child.descriptor.number, events: Int16(POLLIN), revents: 0),
        // A negative number is looked over.
        pollfd(fd: stop?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: isHeard ? report.number : -1, events: Int16(POLLIN), revents: 0),
      ]
      let ready = poll(&ends, nfds_t(ends.count), Int32(clamping: Int(left.rounded(.up))))
      if ready < 0, errno != EINTR {
        return .unheard(SystemCallError("wait for", "process \(child.pid)"))
      }
      // Only after a look: where this process did not run itself, the other may have gone on.
      if ready == 0, left == 0 { return kill(.hung(seconds: progress.patience(limit))) }
      if ready > 0, ends[1].revents != 0 { return kill(.stopped) }
      let hasEnded = ends[0].revents != 0
      if isHeard {
        for line in read(&bytes) {
          guard let line = ProbeLine(line), progress.take(line) else { continue }
          deadline = .now + .seconds(progress.patience(limit))
        }
        // A line without an end, or a library that has closed what is not its own: only its end is heard from here on.
        let isClosed = ends[2].revents & Int16(POLLHUP) != 0 && ends[2].revents & Int16(POLLIN) == 0
        isHeard = bytes.count < Self.maximumBytes && !isClosed
      }
      if hasEnded { return .exit(reap()) }
    }
  }

  /// The lines that are whole; what is not stays in `bytes`.
  private func read(_ bytes: inout [UInt8]) -> [String] {
    var chunk = [UInt8](repeating: 0, count: 4096)
    while bytes.count < Self.maximumBytes {
      let count = Glibc.read(report.number, &chunk, chunk.count)
      if count <= 0 { break }
      bytes += chunk[..<count]
    }
    guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
    defer { bytes.removeSubrange(...end) }
    return bytes[..<end].split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
  }

  private func kill(_ end: ProbeProgress.End) -> ProbeProgress.End {
    do throws(SystemCallError) {
      try child.send(SIGKILL)
    } catch {
      return .unheard(error)
    }
    _ = reap()
    return end
  }

  /// Takes along whatever it has started: a group of its own, whose name is its own until here.
  private func reap() -> ProcessExit {
    var status: Int32 = 0
    Glibc.kill(-child.pid, SIGKILL)
    while waitpid(child.pid, &status, 0) < 0, errno == EINTR {}
    return ProcessExit(waitStatus: status)
  }
}

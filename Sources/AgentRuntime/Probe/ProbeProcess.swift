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
    child = try ChildProcess.spawn(
      ChildProcess.Launch(
        executable: "/proc/self/exe",
        arguments: ["plugin", "probe"] + (conformance ? ["--conformance"] : [])
          + subjects.flatMap {
            ["--image", $0.image.path, "--file", $0.image.file, "--configuration", $0.configuration]
          },
        environment: environment, passing: [writing]))
    report = reading
  }

  /// Waits for its end; kills it when it has said nothing for `limit` seconds.
  func run(_ progress: inout ProbeProgress, limit: Double) -> ProbeProgress.End {
    var bytes: [UInt8] = []
    while true {
      var ends = [
        pollfd(fd: report.number, events: Int16(POLLIN), revents: 0),
        pollfd(fd: child.descriptor.number, events: Int16(POLLIN), revents: 0),
      ]
      let ready = poll(&ends, 2, Int32(clamping: Int(limit * 1000)))
      if ready < 0, errno == EINTR { continue }
      let hasEnded = ends[1].revents != 0
      for line in read(&bytes) {
        if let line = ProbeLine(line) { progress.take(line) }
      }
      if ready == 0 { return kill(after: limit) }
      if hasEnded { return .exit(reap()) }
      // The library has closed what is not its own: only its end is heard from here on.
      if ends[0].revents & Int16(POLLHUP) != 0, ends[0].revents & Int16(POLLIN) == 0 {
        return waitForEnd(limit: limit)
      }
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

  private func waitForEnd(limit: Double) -> ProbeProgress.End {
    var end = pollfd(fd: child.descriptor.number, events: Int16(POLLIN), revents: 0)
    return poll(&end, 1, Int32(clamping: Int(limit * 1000))) > 0 ? .exit(reap()) : kill(after: limit)
  }

  private func kill(after limit: Double) -> ProbeProgress.End {
    do throws(SystemCallError) {
      try child.send(SIGKILL)
    } catch {
      return .unheard(error)
    }
    _ = reap()
    return .hung(seconds: limit)
  }

  private func reap() -> ProcessExit {
    var status: Int32 = 0
    while waitpid(child.pid, &status, 0) < 0, errno == EINTR {}
    return ProcessExit(waitStatus: status)
  }
}

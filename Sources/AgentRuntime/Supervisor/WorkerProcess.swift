import Glibc

/// A running worker and the two pipes to it.
package final class WorkerProcess {
  private static let chunkBytes = 4_096
  /// One reading takes at most what a pipe holds, so that a chatty worker cannot keep us.
  private static let chunksPerReading = 16

  package let place: WorkerPlaceName
  package let incarnation: Incarnation
  package let child: ChildProcess
  /// Nothing is ever written; the worker ends when this closes, as it does when we die.
  private let lifeLine: OwnedDescriptor
  private let status: OwnedDescriptor
  private var lines = StatusLineBuffer()
  /// False once the worker has closed its end.
  package private(set) var statusIsOpen = true

  package init(
    _ launch: WorkerLaunch, incarnation: Incarnation, place: WorkerPlaceName, history: WorkerHistory
  ) throws(SystemCallError) {
    self.place = place
    self.incarnation = incarnation
    let lifeLine = try OwnedDescriptor.pipe()
    let status = try OwnedDescriptor.pipe()
    try status.reading.makeNonBlocking()
    child = try ChildProcess.spawn(
      .init(
        executable: launch.executable,
        arguments: launch.arguments(incarnation: incarnation, place: place, history: history),
        environment: launch.environment,
        passing: [lifeLine.reading, status.writing]))
    self.lifeLine = lifeLine.writing
    self.status = status.reading
  }

  package var statusDescriptor: Int32 { status.number }

  /// The lines that have come in since the last time.
  package func readStatus() -> [StatusLineBuffer.Line] {
    var read: [StatusLineBuffer.Line] = []
    var chunk = [UInt8](repeating: 0, count: Self.chunkBytes)
    for _ in 0..<Self.chunksPerReading {
      let count = Glibc.read(status.number, &chunk, chunk.count)
      if count > 0 {
        read += lines.append(chunk[..<count])
      } else {
        // Anything but "nothing there yet" ends the pipe; the worker's own end is seen by its exit.
        if count == 0 || (errno != EAGAIN && errno != EINTR) { statusIsOpen = false }
        break
      }
    }
    return read
  }
}

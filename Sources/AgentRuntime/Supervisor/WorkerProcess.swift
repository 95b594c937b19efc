import Glibc

/// A running worker, and what it says.
package final class WorkerProcess {
  private static let chunkBytes = 4_096
  /// One reading takes at most what a pipe holds, so that a chatty worker cannot keep us.
  private static let chunksPerReading = 16

  package let place: WorkerPlaceName
  package let incarnation: Incarnation
  private let started: StartedWorker
  private var lines = StatusLineBuffer()
  /// False once the worker has closed its end.
  package private(set) var statusIsOpen = true

  /// `spare` becomes it, where that can be.
  package init(
    _ launch: WorkerLaunch, incarnation: Incarnation, place: WorkerPlaceName, history: WorkerHistory,
    spare: StartedWorker? = nil
  ) throws(SystemCallError) {
    self.place = place
    self.incarnation = incarnation
    let arguments = launch.arguments(incarnation: incarnation, place: place, history: history)
    if let spare, spare.become(arguments) {
      started = spare
    } else {
      started = try StartedWorker(launch, arguments: arguments)
    }
  }

  package var child: ChildProcess { started.child }

  package var statusDescriptor: Int32 { started.status.number }

  /// The host has been told to end.
  func sayHostEnds() { started.say(SupervisorLink.hostEnds) }

  /// Another worker has ended.
  func sayWorkerEnded() { started.say(SupervisorLink.workerEnded) }

  /// The lines that have come in since the last time.
  package func readStatus() -> [StatusLineBuffer.Line] {
    var read: [StatusLineBuffer.Line] = []
    var chunk = [UInt8](repeating: 0, count: Self.chunkBytes)
    for _ in 0..<Self.chunksPerReading {
      let count = Glibc.read(statusDescriptor, &chunk, chunk.count)
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

import Glibc
package import Logging

/// The worker's end of the two pipes from its supervisor. Only the host's own code speaks on it.
package struct SupervisorLink: Sendable {
  package static let lifeLineDescriptor: Int32 = 3
  package static let statusDescriptor: Int32 = 4
  /// Where there is one: a socket that listens for monitors.
  package static let monitorsDescriptor: Int32 = 5
  /// What comes on the life line when the host has been told to end; a worker that is only replaced does not get it.
  static let hostEnds = UInt8(ascii: "E")
  /// What comes on it when another worker of the same supervisor has ended.
  static let workerEnded = UInt8(ascii: "W")
  /// The exit status of a worker whose supervisor died.
  package static let supervisorDiedExitStatus: Int32 = 111

  private let descriptor: Int32

  /// Keeps the status pipe from the worker's own children, so it comes before the first of them; and from then on
  /// nothing that is said on it waits.
  package init(descriptor: Int32 = statusDescriptor) throws(SystemCallError) {
    self.descriptor = descriptor
    try Self.closeOnExec(descriptor)
    let flags = fcntl(descriptor, F_GETFL)
    guard flags >= 0, fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 else {
      throw SystemCallError("make non-blocking", "the supervisor's status pipe (descriptor \(descriptor))")
    }
  }

  /// Says a line. One that does not fit into the pipe is dropped, and logged as an error.
  package func say(_ line: StatusLine, logger: Logger) {
    let bytes = Array((line.text + "\n").utf8)
    // Whole or not at all: it is no longer than the system writes to a pipe in one piece.
    let isWritten =
      bytes.count <= StatusLine.maximumBytes + 1 && write(descriptor, bytes, bytes.count) == bytes.count
    guard !isWritten else { return }
    let error = SystemCallError("write to", "the supervisor's status pipe (descriptor \(descriptor))")
    logger.error("the supervisor could not be told \"\(line.text.prefix(64))\": \(error)")
  }

  /// The socket for monitors, kept from the worker's own children; closed where it `isOurs` not.
  package static func takeMonitors(isOurs: Bool) throws(SystemCallError) -> Int32? {
    guard isOurs else {
      close(monitorsDescriptor)
      return nil
    }
    try closeOnExec(monitorsDescriptor)
    return monitorsDescriptor
  }

  fileprivate static func closeOnExec(_ descriptor: Int32) throws(SystemCallError) {
    guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else {
      throw SystemCallError("use", "descriptor \(descriptor), a pipe that the supervisor passes to a worker")
    }
  }
}

/// Ends this process, with all that runs in it, at the moment its supervisor is gone.
///
/// A raw thread waits on the life line: it works whatever the agents do to Swift's threads. `hostEnds` is called on it
/// when the host has been told to end, `workerEnded` when another worker has ended.
package func endProcessWhenSupervisorDies(
  descriptor: Int32 = SupervisorLink.lifeLineDescriptor, hostEnds: @escaping @Sendable () -> Void = {},
  workerEnded: @escaping @Sendable () -> Void = {}
) throws(SystemCallError) {
  try SupervisorLink.closeOnExec(descriptor)
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  defer { pthread_attr_destroy(&attributes) }
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  // The thread takes over our mask: with all blocked, no handler of the worker ever runs on it.
  var all = sigset_t()
  sigfillset(&all)
  var previous = sigset_t()
  pthread_sigmask(SIG_SETMASK, &all, &previous)
  defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
  var thread = pthread_t()
  // SAFETY: the thread has this reference for good; where there is none, it is released here.
  let lifeLine = Unmanaged.passRetained(
    LifeLine(descriptor: descriptor, hostEnds: hostEnds, workerEnded: workerEnded))
  let failure = pthread_create(
    &thread, &attributes,
    { lifeLine in
      // SAFETY: the reference taken above is handed to the thread, which never ends.
      if let lifeLine { Unmanaged<LifeLine>.fromOpaque(lifeLine).takeUnretainedValue().wait() }
      return nil
    }, lifeLine.toOpaque())
  guard failure == 0 else {
    lifeLine.release()
    throw SystemCallError("start", "the life line's thread", code: failure)
  }
}

/// The worker's end of the pipe that is open as long as its supervisor lives.
private final class LifeLine {
  private let descriptor: Int32
  private let hostEnds: @Sendable () -> Void
  private let workerEnded: @Sendable () -> Void

  init(
    descriptor: Int32, hostEnds: @escaping @Sendable () -> Void, workerEnded: @escaping @Sendable () -> Void
  ) {
    self.descriptor = descriptor
    self.hostEnds = hostEnds
    self.workerEnded = workerEnded
  }

  func wait() -> Never {
    var byte: UInt8 = 0
    while true {
      let count = read(descriptor, &byte, 1)
      if count > 0, byte == SupervisorLink.hostEnds { hostEnds() }
      if count > 0, byte == SupervisorLink.workerEnded { workerEnded() }
      if count > 0 || (count < 0 && errno == EINTR) { continue }
      // The end of the pipe, or a pipe that an agent broke: a worker without a supervisor must not live on.
      _exit(SupervisorLink.supervisorDiedExitStatus)
    }
  }
}

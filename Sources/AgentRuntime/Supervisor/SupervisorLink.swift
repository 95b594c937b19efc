import Glibc
package import Logging

/// The worker's end of the two pipes from its supervisor. Only the host's own code speaks on it.
package struct SupervisorLink: Sendable {
  package static let lifeLineDescriptor: Int32 = 3
  package static let statusDescriptor: Int32 = 4
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

  fileprivate static func closeOnExec(_ descriptor: Int32) throws(SystemCallError) {
    guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else {
      throw SystemCallError("use", "descriptor \(descriptor), a pipe that the supervisor passes to a worker")
    }
  }
}

/// Ends this process, with all that runs in it, at the moment its supervisor is gone.
///
/// A raw thread waits on the life line: it works whatever the agents do to Swift's threads.
package func endProcessWhenSupervisorDies(
  descriptor: Int32 = SupervisorLink.lifeLineDescriptor
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
  // SAFETY: the descriptor travels as the pointer's number; nothing is ever read through it.
  let argument = UnsafeMutableRawPointer(bitPattern: Int(descriptor))
  let failure = pthread_create(
    &thread, &attributes, { waitForSupervisorsEnd(Int32(Int(bitPattern: $0))) }, argument)
  guard failure == 0 else { throw SystemCallError("start", "the life line's thread", code: failure) }
}

private func waitForSupervisorsEnd(_ descriptor: Int32) -> UnsafeMutableRawPointer? {
  var byte: UInt8 = 0
  while true {
    let count = read(descriptor, &byte, 1)
    if count > 0 || (count < 0 && errno == EINTR) { continue }
    // The end of the pipe, or a pipe that an agent broke: a worker without a supervisor must not live on.
    _exit(SupervisorLink.supervisorDiedExitStatus)
  }
}

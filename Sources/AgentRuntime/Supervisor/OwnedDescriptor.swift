import CProcess
import Glibc

/// A descriptor that is closed when its owner lets go of it. All are close-on-exec.
package final class OwnedDescriptor {
  package let number: Int32

  /// Takes over an open descriptor.
  package init(_ number: Int32) {
    self.number = number
  }

  deinit {
    close(number)
  }

  package static func pipe() throws(SystemCallError) -> (reading: OwnedDescriptor, writing: OwnedDescriptor) {
    var ends: [Int32] = [-1, -1]
    // SAFETY: the array holds the two integers that the call writes.
    guard process_open_pipe(&ends) == 0 else { throw SystemCallError("pipe", "between processes") }
    return (OwnedDescriptor(ends[0]), OwnedDescriptor(ends[1]))
  }

  /// A second descriptor for the same open file, numbered `lowest` or above.
  package func duplicated(from lowest: Int32) throws(SystemCallError) -> OwnedDescriptor {
    let copy = fcntl(number, F_DUPFD_CLOEXEC, lowest)
    guard copy >= 0 else { throw SystemCallError("duplicate", "descriptor \(number)") }
    return OwnedDescriptor(copy)
  }

  package func makeNonBlocking() throws(SystemCallError) {
    let flags = fcntl(number, F_GETFL)
    guard flags >= 0, fcntl(number, F_SETFL, flags | O_NONBLOCK) == 0 else {
      throw SystemCallError("make non-blocking", "descriptor \(number)")
    }
  }
}

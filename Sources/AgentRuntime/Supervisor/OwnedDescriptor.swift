import CProcess
import Glibc

/// A descriptor that is closed when its owner lets go of it. All are close-on-exec.
package final class OwnedDescriptor: Sendable {
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

  /// A file without a name, in memory, that holds `bytes`.
  package static func memoryFile(holding bytes: [UInt8]) throws(SystemCallError) -> OwnedDescriptor {
    let number = process_open_memory()
    guard number >= 0 else { throw SystemCallError("make", "a file in memory") }
    let file = OwnedDescriptor(number)
    guard bytes.isEmpty || pwrite(number, bytes, bytes.count, 0) == bytes.count else {
      throw SystemCallError("write", "a file in memory")
    }
    return file
  }

  /// All that its file holds, from the beginning.
  func content() -> [UInt8] {
    var content: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = pread(number, &chunk, chunk.count, off_t(content.count)), count > 0 {
      content += chunk[..<count]
    }
    return content
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

import CProcess
import Glibc
import Synchronization

/// A file that lines are added to, by all processes of a host. What is moved away or deleted is made again with the next
/// line, so a file may be rotated at any time.
final class LogFile: Sendable {
  private struct State {
    var descriptor: Int32 = -1
    var device: dev_t = 0
    var inode: ino_t = 0
    /// Whether the last line has no end: there was no room for it.
    var isBroken = false
  }

  let path: String
  private let state = Mutex(State())

  init(path: String) { self.path = path }

  deinit { state.withLock { state in _ = close(state.descriptor) } }

  /// Throws where there can be no such file.
  func open() throws(SystemCallError) {
    let isOpen = state.withLock { open(&$0) }
    guard isOpen else { throw SystemCallError("open", path) }
  }

  /// One write for a line: those of other processes come before or after it. What can't be written is on standard error.
  func append(_ line: String) {
    state.withLock { state in
      guard open(&state) else { return }
      var line = state.isBroken ? "\n" + line : line
      state.isBroken = line.withUTF8 { bytes in
        let written = write(state.descriptor, bytes.baseAddress, bytes.count)
        return written > 0 ? written < bytes.count : state.isBroken
      }
    }
  }

  /// Opens the file that has the path now, unless it is open.
  private func open(_ state: inout State) -> Bool {
    var status = stat()
    if state.descriptor >= 0, stat(path, &status) == 0, status.st_ino == state.inode,
      status.st_dev == state.device
    {
      return true
    }
    let number = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o640)
    guard number >= 0 else { return state.descriptor >= 0 }
    guard fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(number)
      errno = EINVAL
      return false
    }
    if state.descriptor >= 0 { close(state.descriptor) }
    state = State(descriptor: number, device: status.st_dev, inode: status.st_ino)
    return true
  }
}

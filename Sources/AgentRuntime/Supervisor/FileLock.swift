import Glibc

/// An advisory lock on a file (`flock`). It belongs to the open file: it is held until the last process that
/// was handed the descriptor has closed it or died.
enum FileLock {
  /// Nil when another holds it.
  static func take(path: String) throws(SystemCallError) -> OwnedDescriptor? {
    let number = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard number >= 0 else { throw SystemCallError("open", path) }
    let descriptor = OwnedDescriptor(number)
    if flock(number, LOCK_EX | LOCK_NB) == 0 { return descriptor }
    guard errno == EWOULDBLOCK else { throw SystemCallError("lock", path) }
    return nil
  }
}

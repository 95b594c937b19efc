import Glibc

/// The content of a file that is nothing but a file.
package struct RegularFile: Sendable {
  package let bytes: [UInt8]
  /// Of what was read, whatever has that path by now.
  let status: FileStatus

  /// Reads `path` whole. Links are not followed, and a FIFO does not hold the host up. The content is
  /// a copy, for a mapped file that is cut short meanwhile would end the process.
  package init(reading path: String, maximumBytes: Int) throws(AgentImageError) {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(errno: errno) }
    defer { close(descriptor) }
    let status = try Self.status(of: descriptor)
    let size = Int(status.st_size)
    guard size <= maximumBytes else { throw .tooLarge(found: size, limit: maximumBytes) }
    self.status = FileStatus(status)
    bytes = try Self.content(of: descriptor, size: size)
  }

  /// Why it could be somebody else's work than root's and this user's; nil where it can't.
  package var ownershipProblem: (expected: String, found: String)? {
    status.problem.map { ($0.expected, $0.found) }
  }

  /// The content alone.
  package static func read(_ path: String, maximumBytes: Int) throws(AgentImageError) -> [UInt8] {
    try RegularFile(reading: path, maximumBytes: maximumBytes).bytes
  }

  private static func content(of descriptor: CInt, size: Int) throws(AgentImageError) -> [UInt8] {
    var failure: AgentImageError?
    let content = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      while filled < size, failure == nil {
        // SAFETY: `pread` writes within what is left of the buffer.
        let got = pread(descriptor, buffer.baseAddress.map { $0 + filled }, size - filled, off_t(filled))
        if got > 0 {
          filled += got
        } else if got == 0 {
          failure = .truncated(part: .file, expected: UInt64(size), found: UInt64(filled))
        } else if errno != EINTR {
          failure = .unreadable(errno: errno)
        }
      }
    }
    if let failure { throw failure }
    return content
  }

  private static func status(of descriptor: CInt) throws(AgentImageError) -> stat {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .unreadable(errno: errno) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return status
    case S_IFDIR: throw .notRegular(found: "directory")
    case S_IFIFO: throw .notRegular(found: "FIFO")
    case S_IFCHR, S_IFBLK: throw .notRegular(found: "device")
    default: throw .notRegular(found: "special file")
    }
  }
}

import Glibc
package import Logging

/// Whom the kernel ends first when memory runs out: a worker is expendable, its supervisor and other programs are not.
package enum OutOfMemoryScore {
  /// Of at most 1,000; what is not raised has 0.
  package static let worker: Int32 = 500

  /// Raises it for this process; one that is higher already stays.
  package static func raise(
    to score: Int32 = worker, path: String = "/proc/self/oom_score_adj", logger: Logger
  ) {
    do throws(SystemCallError) {
      let number = open(path, O_RDWR | O_CLOEXEC)
      guard number >= 0 else { throw SystemCallError("open", path) }
      let file = OwnedDescriptor(number)
      var bytes = [UInt8](repeating: 0, count: 16)
      let count = read(file.number, &bytes, bytes.count)
      guard count >= 0 else { throw SystemCallError("read", path) }
      let current = Int32(
        String(decoding: bytes.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
      guard current.map({ $0 < score }) ?? true else { return }
      let text = Array("\(score)".utf8)
      guard write(file.number, text, text.count) == text.count else {
        throw SystemCallError("write to", path)
      }
    } catch {
      logger.debug("this worker is no likelier than others to be ended when memory runs out: \(error)")
    }
  }
}

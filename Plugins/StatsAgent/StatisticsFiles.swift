import Glibc

/// The files of one session in a folder: the reports, and what is known, for the agent that goes on after this one.
///
/// One agent writes at a time: who has the lock, which the system takes from it with its process. Where another host has
/// the files of a folder, the session's name joins those of ours.
final class StatisticsFiles {
  enum Claim {
    case ours
    /// Another agent of this session still has them.
    case waiting
  }

  struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ what: String, _ path: String) {
      description = "\(path): \(what): \(String(cString: strerror(errno)))"
    }
  }

  /// Seconds without a word of its session after which a lock is anybody's.
  private static let absence = 60

  /// What is kept between two agents is no larger.
  private static let maximumBytes = 64 << 20

  private let directory: String
  private let session: String
  private var lock: Int32 = -1
  private var infix = ""

  /// Makes the folder where it is missing.
  init(directory: String, session: String) throws {
    self.directory = directory
    self.session = session
    var path = ""
    for part in directory.split(separator: "/", omittingEmptySubsequences: false) {
      path += part + "/"
      guard path == "/" || mkdir(path, 0o755) == 0 || errno == EEXIST else {
        throw Failure("can't be made", path)
      }
    }
  }

  deinit { release() }

  var isOurs: Bool { lock >= 0 }

  func claim() throws -> Claim {
    if isOurs { return .ours }
    // Once a session has files of its own it stays with them.
    let own = ".\(session)"
    let hasOwn = access(path("agent_statistics", own, "state"), F_OK) == 0
    var holder = try hasOwn ? Holder.another : claim(infix: "")
    if holder == .another { holder = try claim(infix: own) }
    return holder == .ours ? .ours : .waiting
  }

  private enum Holder { case ours, thisSession, another }

  private func claim(infix: String) throws -> Holder {
    let path = path("agent_statistics", infix, "lock")
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard file >= 0 else { throw Failure("can't be opened", path) }
    let isLocked = flock(file, LOCK_EX | LOCK_NB) == 0
    let holder = Self.contents(of: file, limit: 256) ?? []
    let isAnothers = !holder.isEmpty && holder != Array(session.utf8)
    guard isLocked else {
      close(file)
      // Whoever has just taken it has not said yet who it is.
      return isAnothers ? .another : .thisSession
    }
    // A session whose agent is just being replaced, or whose worker has died, comes back to it.
    if isAnothers, Self.secondsSinceChange(of: file) < Self.absence {
      close(file)
      return .another
    }
    let name = Array(session.utf8)
    guard ftruncate(file, 0) == 0, pwrite(file, name, name.count, 0) == name.count else {
      close(file)
      throw Failure("can't be written", path)
    }
    lock = file
    self.infix = infix
    return .ours
  }

  private static func secondsSinceChange(of file: Int32) -> Int {
    var status = stat()
    guard fstat(file, &status) == 0 else { return .max }
    return max(0, time(nil) - status.st_mtim.tv_sec)
  }

  /// Somebody else may write from now on: of this session, or, where that ends, of any.
  func release(sessionEnds: Bool = false) {
    guard isOurs else { return }
    // Where it can't be emptied the files are free after a while.
    if sessionEnds { _ = ftruncate(lock, 0) }
    close(lock)
    lock = -1
  }

  /// What the agent before this one has kept; nil where there is none.
  func kept() throws -> [UInt8]? {
    let path = path("agent_statistics", infix, "state")
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    if file < 0, errno == ENOENT { return nil }
    guard file >= 0 else { throw Failure("can't be opened", path) }
    defer { close(file) }
    guard let kept = Self.contents(of: file, limit: Self.maximumBytes) else {
      throw Failure("can't be read", path)
    }
    return kept
  }

  /// Says that they are in use, though there is nothing to write.
  func signOfLife() {
    if isOurs { futimens(lock, nil) }
  }

  func keep(_ state: [UInt8]) throws {
    try replace(path("agent_statistics", infix, "state"), by: state)
  }

  func write(report: String) throws {
    try replace(path("agent_statistics", infix, "txt"), by: Array(report.utf8))
  }

  func write(finalReport: String) throws {
    try replace(path("agent_final_statistics", infix, "txt"), by: Array(finalReport.utf8))
  }

  private func path(_ name: String, _ infix: String, _ suffix: String) -> String {
    "\(directory)/\(name)\(infix).\(suffix)"
  }

  /// Whoever reads it finds the old or the new one, whole.
  private func replace(_ path: String, by bytes: [UInt8]) throws {
    let unfinished = "\(path).new"
    unlink(unfinished)
    let file = open(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard file >= 0 else { throw Failure("can't be made", unfinished) }
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      written += count
    }
    let failure = written == bytes.count ? nil : Failure("can't be written", unfinished)
    close(file)
    if let failure {
      unlink(unfinished)
      throw failure
    }
    guard rename(unfinished, path) == 0 else { throw Failure("can't be replaced", path) }
  }

  private static func contents(of file: Int32, limit: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(file, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0, bytes.count + count <= limit else { return nil }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
    }
  }
}

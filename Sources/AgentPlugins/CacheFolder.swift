import Glibc
package import SystemPackage

/// A folder of files that can be made again. Each use of a file touches it; what nobody has used for long can be removed,
/// never while somebody is about to use it.
package struct CacheFolder: Sendable {
  package let path: String

  package init(_ path: String) {
    self.path = path
  }

  /// Notes a use. False where there is no such file, or it can't be noted.
  @discardableResult
  package func touch(_ name: String) -> Bool { utimensat(AT_FDCWD, "\(path)/\(name)", nil, 0) == 0 }

  /// Runs `body`, within which nobody removes anything: what is touched in it stays for `Retention.shortest`.
  func keepingAll<Value, Failure: Error>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
    let lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { if lock >= 0 { close(lock) } }
    // Where it can't be locked nobody else can, and nothing is removed.
    flock(lock, LOCK_SH)
    return try body()
  }

  /// Removes what `retention` gives up of the files that are `ours` and not to be `spared`. Returns how many; nil
  /// where somebody is about to use one, who is not waited for.
  package func removeUnused(
    _ retention: Retention = Retention(), sparing spared: Set<String> = [], ours: (String) -> Bool
  ) throws(Errno) -> Int? {
    let lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard lock >= 0 else {
      if errno == ENOENT { return 0 }
      throw Errno(rawValue: errno)
    }
    defer { close(lock) }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      if errno == EWOULDBLOCK { return nil }
      throw Errno(rawValue: errno)
    }
    var ages: [String: Double] = [:]
    for name in try entries(ofFolder: path)
    where (ours(name) || Self.isLeftover(name)) && !spared.contains(name) {
      ages[name] = age(of: name)
    }
    let expired = retention.expired(ages)
    for name in expired { try remove(FilePath("\(path)/\(name)")) }
    return expired.count
  }

  /// Whoever wrote it died before it got its name.
  private static func isLeftover(_ name: String) -> Bool {
    name.hasPrefix(".") && name.hasSuffix(DurableFile.temporaryEnding)
  }

  /// In seconds; nil where it is gone.
  private func age(of name: String) -> Double? {
    var status = stat()
    guard lstat("\(path)/\(name)", &status) == 0 else { return nil }
    return Double(time(nil) - status.st_mtim.tv_sec)
  }
}

/// Which files are given up, by the seconds since each was used.
package struct Retention: Sendable, Equatable {
  /// What was used within so many seconds stays. Who has a file in use says so more often than that, and nobody takes
  /// longer from asking for one to having it.
  var shortest = 86_400.0
  /// What was not used for so long goes.
  var longest = 30 * 86_400.0
  /// Of more than so many, those go that were used least recently.
  var maximumFiles = 256

  package init() {}

  func expired(_ ages: [String: Double]) -> [String] {
    let sorted = ages.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
    return sorted.enumerated().filter { rank, file in
      file.value > longest || (rank >= maximumFiles && file.value > shortest)
    }.map(\.element.key)
  }
}

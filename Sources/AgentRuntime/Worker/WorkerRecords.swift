import Glibc

/// Which workers of a data folder are alive, and which have died holding messages: a locked file for each.
///
/// The lock is the kernel's and ends with the process, however it ends, so a lock that can be had proves a
/// death: also that of a worker whose supervisor died with it. A worker that ends as it should removes its file.
final class WorkerRecords {
  private let directory: String
  /// Which server and keys a worker works on; another's entries are not there to be taken over.
  private let subject: String
  private let incarnation: String
  private let own: OwnedDescriptor

  /// Makes the record of this worker.
  init(dataDirectory: String, subject: String, incarnation: String) throws(SystemCallError) {
    directory = dataDirectory + "/workers"
    self.subject = subject
    self.incarnation = incarnation
    if mkdir(directory, 0o700) != 0, errno != EEXIST { throw SystemCallError("make", directory) }
    // It gets its name only when it is locked: unlocked under its name it would be a dead worker's.
    let unnamed = "\(directory)/.\(incarnation)"
    own = try Self.lockedFile(unnamed, content: subject)
    guard rename(unnamed, "\(directory)/\(incarnation)") == 0 else {
      throw SystemCallError("rename", unnamed)
    }
  }

  /// The incarnations of workers that died.
  func dead() throws(SystemCallError) -> [String] {
    guard let listing = opendir(directory) else { throw SystemCallError("read", directory) }
    defer { closedir(listing) }
    var dead: [String] = []
    while let entry = readdir(listing) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix("."), name != incarnation, isDead(name) { dead.append(name) }
    }
    return dead.sorted()
  }

  /// What these workers held has been taken over.
  func forget(_ incarnations: [String]) {
    for incarnation in incarnations { unlink("\(directory)/\(incarnation)") }
  }

  /// This worker holds nothing any more.
  func retire() {
    forget([incarnation])
  }

  private func isDead(_ name: String) -> Bool {
    let number = open("\(directory)/\(name)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard number >= 0 else { return false }  // gone meanwhile
    let file = OwnedDescriptor(number)
    var content = [UInt8](repeating: 0, count: subject.utf8.count + 1)
    let count = read(file.number, &content, content.count)
    guard count == subject.utf8.count, content.prefix(count).elementsEqual(subject.utf8) else { return false }
    return flock(file.number, LOCK_EX | LOCK_NB) == 0
  }

  private static func lockedFile(_ path: String, content: String) throws(SystemCallError) -> OwnedDescriptor {
    let number = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard number >= 0 else { throw SystemCallError("make", path) }
    let file = OwnedDescriptor(number)
    guard flock(file.number, LOCK_EX | LOCK_NB) == 0 else { throw SystemCallError("lock", path) }
    let bytes = Array(content.utf8)
    guard write(file.number, bytes, bytes.count) == bytes.count else { throw SystemCallError("write", path) }
    return file
  }
}

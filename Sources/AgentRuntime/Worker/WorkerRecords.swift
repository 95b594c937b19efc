import AgentPlugins
import AgentStreams
import Glibc
import SystemPackage

/// A worker that died, and what it had written down, if that can be read.
struct DeadRecord: Sendable, Equatable {
  let incarnation: String
  let death: RecordedDeath?

  /// For those who take over what it held.
  var worker: DeadWorker {
    guard let death else { return DeadWorker(incarnation) }
    let wasOnProbation = WorkerPlaceName(death.place)?.isProbation ?? false
    // It was told to end, and could not give all back: nothing speaks against that.
    if death.isClean { return DeadWorker(incarnation, charged: [:], wasOnProbation: wasOnProbation) }
    let verdict = CrashVerdict(death)
    return DeadWorker(
      incarnation, charged: Self.entries(of: verdict.charged), suspected: Self.entries(of: verdict.suspected),
      wasOnProbation: wasOnProbation)
  }

  /// By stream.
  private static func entries(of calls: [RecordedDeath.Call]) -> [String: [String]] {
    Dictionary(grouping: calls, by: \.stream).mapValues { $0.map(\.entry) }
  }
}

/// Which workers of a data folder are alive, and which have died holding messages: a locked file for each.
///
/// The lock is the kernel's and ends with the process, however it ends, so a lock that can be had proves a
/// death: also that of a worker whose supervisor died with it. A worker that ends as it should removes its file.
final class WorkerRecords {
  static func path(dataDirectory: String, incarnation: String) -> String {
    "\(dataDirectory)/workers/\(incarnation)"
  }

  /// What this worker writes down of itself.
  let own: CrashRecord
  private let directory: String
  /// Which server and keys a worker works on; another's entries are not there to be taken over.
  private let subject: String
  private let incarnation: String
  private let lock: OwnedDescriptor

  /// Makes the record of this worker.
  init(
    dataDirectory: String, subject: String, incarnation: String, place: WorkerPlaceName
  ) throws(SystemCallError) {
    directory = dataDirectory + "/workers"
    self.subject = subject
    self.incarnation = incarnation
    try makePrivateDirectory(directory)
    // It gets its name only when it is locked: unlocked under its name it would be a dead worker's.
    let unnamed = "\(directory)/.\(incarnation)"
    lock = try Self.lockedFile(unnamed)
    own = try Self.record(in: unnamed, subject: subject, incarnation: incarnation, place: place)
    guard rename(unnamed, "\(directory)/\(incarnation)") == 0 else {
      throw SystemCallError("rename", unnamed)
    }
  }

  /// Workers that died, but for those that are `known`: a record of the dead does not change, and is large.
  func dead(except known: Set<String> = []) throws(SystemCallError) -> [DeadRecord] {
    guard let listing = opendir(directory) else { throw SystemCallError("read", directory) }
    defer { closedir(listing) }
    var dead: [DeadRecord] = []
    while let entry = readdir(listing) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix("."), name != incarnation, !known.contains(name), let record = deadRecord(name) {
        dead.append(record)
      }
    }
    return dead.sorted { $0.incarnation < $1.incarnation }
  }

  /// The code that this worker died of has been called to account.
  func markAccounted(_ incarnation: String) throws(SystemCallError) {
    let path = "\(directory)/\(incarnation)"
    let number = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
    guard number >= 0 else {
      // Whoever removed it needs no mark.
      if errno == ENOENT { return }
      throw SystemCallError("open", path)
    }
    let file = OwnedDescriptor(number)
    do throws(Errno) {
      try RecordedDeath.markAccounted(in: FileDescriptor(rawValue: file.number))
    } catch {
      throw SystemCallError("write", path, code: error.rawValue)
    }
  }

  /// What these workers held has been taken over.
  func forget(_ incarnations: [String]) {
    for incarnation in incarnations { unlink("\(directory)/\(incarnation)") }
  }

  /// This worker holds nothing any more.
  func retire() {
    forget([incarnation])
  }

  /// Nil where the worker lives, or is none of ours.
  private func deadRecord(_ name: String) -> DeadRecord? {
    let number = open("\(directory)/\(name)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard number >= 0 else { return nil }  // gone meanwhile
    let file = OwnedDescriptor(number)
    return withExtendedLifetime(file) {
      // The lock first: of those that live nothing is read. Shared, since several look at once when one has died.
      // What cannot be read is no record.
      guard flock(number, LOCK_SH | LOCK_NB) == 0,
        let death = try? RecordedDeath(file: FileDescriptor(rawValue: number)), death.isOf(subject: subject)
      else { return nil }
      return DeadRecord(incarnation: name, death: death)
    }
  }

  /// By a descriptor of its own: a mapping keeps alive what it was made from, and a lock with it.
  private static func record(
    in path: String, subject: String, incarnation: String, place: WorkerPlaceName
  ) throws(SystemCallError) -> CrashRecord {
    let number = open(path, O_RDWR | O_CLOEXEC)
    guard number >= 0 else { throw SystemCallError("open", path) }
    let file = OwnedDescriptor(number)
    do throws(Errno) {
      return try CrashRecord(
        file: FileDescriptor(rawValue: file.number), subject: subject, incarnation: incarnation,
        place: place.description)
    } catch {
      throw SystemCallError("write", path, code: error.rawValue)
    }
  }

  private static func lockedFile(_ path: String) throws(SystemCallError) -> OwnedDescriptor {
    let number = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard number >= 0 else { throw SystemCallError("make", path) }
    let file = OwnedDescriptor(number)
    guard flock(file.number, LOCK_EX | LOCK_NB) == 0 else { throw SystemCallError("lock", path) }
    return file
  }
}

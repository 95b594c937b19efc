import AgentPlugins
import Glibc
import SystemPackage

/// Writes a report on each worker that died, for people: a file beside the workers' records, and a line for the log.
struct CrashReports {
  /// Older ones are removed.
  static let kept = 100

  private let dataDirectory: String

  init(dataDirectory: String) {
    self.dataDirectory = dataDirectory
  }

  /// Writes the report. Returns what the log should say of it, and where it is.
  func write(_ report: CrashReport) -> (line: String, path: String?) {
    do throws(SystemCallError) {
      let path = try file(report)
      return ("\(report.summary); more in \(path)", path)
    } catch {
      return ("\(report.summary) (no report could be written: \(error))", nil)
    }
  }

  /// What is known of a worker's death; nil where it had nothing written down, or ended as it should.
  func report(of incarnation: Incarnation, _ exit: ProcessExit) -> CrashReport? {
    guard let death = death(of: incarnation), !death.isClean else { return nil }
    return CrashReport(death, incarnation: incarnation, exit: exit)
  }

  private func death(of incarnation: Incarnation) -> RecordedDeath? {
    let path = WorkerRecords.path(dataDirectory: dataDirectory, incarnation: incarnation.description)
    let number = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard number >= 0 else { return nil }  // it ended as it should, or before it had a record
    let file = OwnedDescriptor(number)
    return withExtendedLifetime(file) {
      // What cannot be read says nothing.
      (try? RecordedDeath(file: FileDescriptor(rawValue: number))) ?? nil
    }
  }

  private func file(_ report: CrashReport) throws(SystemCallError) -> String {
    let directory = dataDirectory + "/crashes"
    try makePrivateDirectory(directory)
    removeOldest(in: directory)
    let path = "\(directory)/\(report.fileName)"
    let number = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard number >= 0 else { throw SystemCallError("make", path) }
    let file = OwnedDescriptor(number)
    let bytes = Array(report.json.utf8)
    guard Glibc.write(file.number, bytes, bytes.count) == bytes.count else {
      throw SystemCallError("write", path)
    }
    return path
  }

  private func removeOldest(in directory: String) {
    guard let listing = opendir(directory) else { return }  // then there is nothing to remove
    defer { closedir(listing) }
    var names: [String] = []
    while let entry = readdir(listing) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasSuffix(".json") { names.append(name) }
    }
    // They begin with their time.
    for name in names.sorted().dropLast(Self.kept - 1) { unlink("\(directory)/\(name)") }
  }
}

import AgentPlugins
import Glibc
import SystemPackage
import StrictJSON

/// Which libraries have passed, kept by the hash of their bytes, by what an operator says to their agents, and by the
/// host that tried them. What was refused is tried again: what it lacked may be there by now.
package struct ProbeVerdicts: Sendable {
  private let folder: String
  private let host: String

  /// `folder` is made when the first one is kept.
  package init(folder: String) {
    self.folder = folder
    var status = stat()
    // Another build of the host is another file, or one that was written at another time.
    host =
      stat("/proc/self/exe", &status) == 0
      ? "\(status.st_ino)-\(status.st_size)-\(status.st_mtim.tv_sec)-\(status.st_mtim.tv_nsec)" : "unknown"
  }

  package func hasPassed(_ subject: ProbeSubject) -> Bool {
    CacheFolder(folder).touch(name(of: subject)) || access(path(of: subject), F_OK) == 0
  }

  /// Removes those that nobody has asked for in a long time. Returns how many; none of that is ever in use.
  func removeUnused() throws(Errno) -> Int {
    try CacheFolder(folder).removeUnused { $0.split(separator: "-").first?.utf8.count == 64 } ?? 0
  }

  /// A verdict that can't be kept costs another trial.
  package func keep(_ subject: ProbeSubject) {
    mkdir(folder, 0o700)
    let descriptor = open(path(of: subject), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    if descriptor >= 0 { close(descriptor) }
  }

  private func path(of subject: ProbeSubject) -> String { "\(folder)/\(name(of: subject))" }

  private func name(of subject: ProbeSubject) -> String {
    var bytes: [UInt8] = []
    subject.settings.json.write(into: &bytes)
    let settings = LibraryStore.hash(bytes).prefix(16)
    return "\(subject.image.hash)-\(settings)-\(host)"
  }
}

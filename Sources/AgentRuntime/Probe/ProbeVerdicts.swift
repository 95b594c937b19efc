package import AgentPlugins
import Glibc

/// Which libraries have passed, kept by the hash of their bytes and by the host that tried them. What was refused is
/// tried again: what it lacked may be there by now.
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

  package func hasPassed(_ image: LibraryImage) -> Bool { access(path(of: image), F_OK) == 0 }

  /// A verdict that can't be kept costs another trial.
  package func keep(_ image: LibraryImage) {
    mkdir(folder, 0o700)
    let descriptor = open(path(of: image), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    if descriptor >= 0 { close(descriptor) }
  }

  private func path(of image: LibraryImage) -> String { "\(folder)/\(image.hash)-\(host)" }
}

import Glibc
import SystemPackage

/// A library of the folder, and what the file beside it says.
package struct FoundLibrary: Sendable {
  package let file: String
  package let settings: Result<LibrarySettings, LibraryError>

  package init(file: String, settings: Result<LibrarySettings, LibraryError>) {
    self.file = file
    self.settings = settings
  }
}

/// The agents' folder, as the workers of one place see it.
package struct PluginFolder: Sendable, Equatable {
  package let path: String
  /// The isolated place that looks at it; nil: the main one.
  package let place: String?
  /// Whether what is said beside libraries counts whoever has written it.
  private let trustsAll: Bool

  package init(path: String, place: String? = nil, trustsAll: Bool = false) {
    self.path = path
    self.place = place
    self.trustsAll = trustsAll
  }

  /// The libraries in it, by name, of whatever place.
  package func libraries() throws(LibraryError) -> [FoundLibrary] {
    try files().map { file in
      FoundLibrary(
        file: file,
        settings: Result { () throws(LibraryError) in
          try LibrarySettings(ofLibrary: file, trustsAll: trustsAll)
        })
    }
  }

  /// Something that is different when a library, or what is said beside one, has changed, or who may change it.
  package func fingerprint() -> [String] {
    let names = (try? entries(ofFolder: path)) ?? []  // it may come
    var status = stat()
    let home = stat(path, &status) == 0 ? "\(status.st_ino) \(status.st_uid) \(status.st_mode)" : ""
    return [home]
      + names.filter { $0.hasSuffix(".so") || $0.hasSuffix(".yaml") || $0.hasSuffix(".sig") }.map { name in
        var status = stat()
        guard stat("\(path)/\(name)", &status) == 0 else { return name }
        // The time of a change of the file's, which nobody can set: also of its owner and who may write it.
        return "\(name) \(status.st_ino) \(status.st_size) \(status.st_ctim.tv_sec) \(status.st_ctim.tv_nsec)"
      }
  }

  /// What allows others than root and this user to put libraries there; nil: nothing.
  package var strangers: String? {
    FileStatus(of: path)?.folderProblem.map { "expected \($0.expected), found \($0.found)" }
  }

  /// An absent folder is an error: a mistyped path would otherwise
  /// look like a host without agents.
  private func files() throws(LibraryError) -> [String] {
    do throws(Errno) {
      return try entries(ofFolder: path).filter { $0.hasSuffix(".so") && !$0.hasPrefix(".") }
        .map { "\(path)/\($0)" }
    } catch {
      throw LibraryError(
        file: path, step: .read, expected: "the folder with the agents' libraries", found: "\(error)",
        advice: "make it, or name another with --agents-dir")
    }
  }
}

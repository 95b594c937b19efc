import AgentPlugins
import Synchronization

/// The libraries of a folder, read before anybody looks at it: while a worker that starts connects to its server. They are
/// good for a look that finds the folder as it was.
struct LibrariesReadAhead: Sendable {
  private let fingerprint: [String]
  private let images: [String: LibraryImage]

  /// Blocks. What can't be read is left to the look, which says why.
  init(_ folder: PluginFolder, _ store: LibraryStore) {
    fingerprint = folder.fingerprint()
    let libraries = (try? folder.libraries()) ?? []
    images = libraries.reduce(into: [:]) { images, library in
      guard let settings = try? library.settings.get(), settings.isEnabled, settings.place == folder.place
      else { return }
      images[library.file] = try? store.image(of: library.file)
    }
  }

  /// Nothing where the folder has changed since.
  func images(in folder: PluginFolder) -> [String: LibraryImage] {
    fingerprint == folder.fingerprint() ? images : [:]
  }

  /// Where they are kept until somebody looks.
  final class Slot: Sendable {
    private let content = Mutex<LibrariesReadAhead?>(nil)

    func put(_ read: LibrariesReadAhead) { content.withLock { $0 = read } }

    func take() -> LibrariesReadAhead? { content.withLock { $0.take() } }
  }
}

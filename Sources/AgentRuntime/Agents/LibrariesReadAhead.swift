import AgentPlugins
import Glibc
import Synchronization

/// The libraries of a folder, read before anybody looks at it: while a worker that starts connects to its server, or before
/// a spare knows which worker it is. They are good for a look that finds the folder as it was.
package struct LibrariesReadAhead: Sendable {
  private let folder: PluginFolder
  private let fingerprint: [String]
  private let images: [String: LibraryImage]

  /// Blocks. What can't be read is left to the look, which says why.
  init(_ folder: PluginFolder, _ store: LibraryStore) {
    self.folder = folder
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

  /// What this process has read before it knew what for, where that is still so; else reads it. Blocks.
  static func read(_ folder: PluginFolder, _ store: LibraryStore) -> LibrariesReadAhead {
    read(folder, store, orUse: early.take())
  }

  static func read(
    _ folder: PluginFolder, _ store: LibraryStore, orUse early: LibrariesReadAhead?
  ) -> LibrariesReadAhead {
    guard let early, early.isGood(for: folder, store) else { return LibrariesReadAhead(folder, store) }
    return early
  }

  /// Copies that nobody used for long may be gone; from now on they stay.
  private func isGood(for folder: PluginFolder, _ store: LibraryStore) -> Bool {
    guard self.folder == folder, fingerprint == folder.fingerprint() else { return false }
    store.use(Set(images.values.map(\.hash)))
    return images.values.allSatisfy { access($0.path, R_OK) == 0 }
  }

  /// Where they are kept until somebody looks.
  final class Slot: Sendable {
    private let content = Mutex<LibrariesReadAhead?>(nil)

    func put(_ read: LibrariesReadAhead) { content.withLock { $0 = read } }

    func take() -> LibrariesReadAhead? { content.withLock { $0.take() } }
  }

  private static let early = Slot()

  /// For a spare: reads what the main worker would look at, on a thread of its own, for which nobody waits. Not where
  /// signatures count: a key may be taken away before the spare is needed.
  package static func readEarly(_ settings: Settings, dataDirectory: String) {
    guard settings.pluginTrust != SettingsTable.trustSignatures else { return }
    let thread = PluginThreads(name: "reading", maximum: 1)
    thread.enqueue(
      .call {
        // The worker says what is wrong with its data folder.
        guard let store = try? settings.libraryStore(in: dataDirectory) else { return }
        early.put(LibrariesReadAhead(settings.agentsFolder(at: nil), store))
      })
    thread.retire()
  }
}

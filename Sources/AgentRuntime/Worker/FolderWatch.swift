import AgentPlugins
import RedisClient

/// Looks at the agents' folder by itself and asks for a reload when what lies there has changed: for whoever builds an
/// agent and tries it, again and again.
@IOActor
final class FolderWatch {
  private let interval: Duration
  private let loader: PluginLoader
  private let folder: PluginFolder
  private let changed: @IOActor () async -> Void

  /// `changed` returns when the reload is done.
  init(
    interval: Duration, loader: PluginLoader, folder: PluginFolder,
    changed: @escaping @IOActor () async -> Void
  ) {
    self.interval = interval
    self.loader = loader
    self.folder = folder
    self.changed = changed
  }

  /// Looks until the task is cancelled. A file that is still being written changes from look to look.
  func run() async {
    var served = await loader.fingerprint(of: folder)
    var last = served
    // Cancelled: the host ends.
    while (try? await IOActor.sleep(for: interval)) != nil {
      let now = await loader.fingerprint(of: folder)
      if now == last, now != served {
        served = now
        await changed()
      }
      last = now
    }
  }
}

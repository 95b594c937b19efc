import RedisClient

/// Removes what is kept of libraries in the data folder, and that nobody uses any more: at the start, and again and again.
@IOActor
final class LibraryUpkeep {
  /// Far below what a copy that is in use is kept for.
  private static let interval = Duration.seconds(3600)
  /// Where somebody is about to use what is to be looked through.
  private static let retryInterval = Duration.seconds(1)

  private let loader: PluginLoader

  init(loader: PluginLoader) {
    self.loader = loader
  }

  /// Goes on until the task is cancelled.
  func run() async {
    var pause = Duration.zero
    while (try? await IOActor.sleep(for: pause)) != nil {
      pause = await loader.removeUnused() ? Self.interval : Self.retryInterval
    }
  }
}

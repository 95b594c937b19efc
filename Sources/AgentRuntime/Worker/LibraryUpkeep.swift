import RedisClient

/// Removes what is kept of libraries in the data folder, and that nobody uses any more: soon after the start, and again
/// and again.
@IOActor
final class LibraryUpkeep {
  /// A worker that starts has others waiting for it, and wants the folder itself.
  private static let firstPause = Duration.seconds(5)
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
    var pause = Self.firstPause
    while (try? await IOActor.sleep(for: pause)) != nil {
      pause = await loader.removeUnused() ? Self.interval : Self.retryInterval
    }
  }
}

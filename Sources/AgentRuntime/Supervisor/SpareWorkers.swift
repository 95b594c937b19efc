import Logging

/// Keeps a process in reserve that has all behind it that a worker's start does without knowing which worker it is: the
/// system's loader, the runtimes. Whoever dies has a successor by that much sooner.
///
/// It is started a while after a worker has become ready, so that it takes nothing from one that begins; where workers
/// die faster than that, they start as if there were none.
final class SpareWorkers {
  /// From a worker that is ready to the start of a spare.
  static let delay = Duration.seconds(1)

  private let launch: WorkerLaunch
  private let logger: Logger
  private var spare: StartedWorker?
  /// When there is to be one.
  private(set) var due: Duration?

  init(_ launch: WorkerLaunch, logger: Logger) {
    self.launch = launch
    self.logger = logger
  }

  /// A worker begins to serve.
  func workerIsReady(now: Duration) {
    if spare == nil, launch.spareArguments != nil { due = now + Self.delay }
  }

  func timer(now: Duration) {
    guard let due, now >= due, let arguments = launch.spareArguments else { return }
    self.due = nil
    do throws(SystemCallError) {
      spare = try StartedWorker(launch, arguments: arguments)
    } catch {
      logger.debug("no spare worker: \(error)")
    }
  }

  func take() -> StartedWorker? {
    defer { spare = nil }
    return spare
  }

  /// Whether it was the spare that has ended; the next worker that becomes ready gets another.
  func ended(_ pid: Int32) -> Bool {
    guard spare?.child.pid == pid else { return false }
    spare = nil
    return true
  }

  /// No worker will be started any more: the spare ends.
  func end() {
    due = nil
    spare = nil
  }
}

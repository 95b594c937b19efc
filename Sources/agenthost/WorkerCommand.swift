import AgentPlugins
import AgentRuntime
import ArgumentParser
import Glibc
import Logging
import RedisClient

/// What the supervisor starts; not for people.
struct WorkerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "worker", shouldDisplay: false)

  @Option(help: "The name of this worker's life.")
  var incarnation: String

  func run() async throws {
    try endProcessWhenSupervisorDies()
    try SupervisorLink.keepStatusPrivate()
    // What is heard otherwise, or not for a worker, must not end or stop it meanwhile.
    for ignored in [SIGPIPE, SIGHUP, SIGUSR1, SIGTSTP] { signal(ignored, SIG_IGN) }
    let environment = try CommandEnvironment()
    let logger = environment.startLogging()
    let configuration = WorkerConfiguration(
      settings: environment.settings, redis: try environment.address(environment.settings.redisURL),
      dataDirectory: try environment.dataDirectory(),
      identity: .current(incarnation: incarnation))
    do {
      try await Worker(configuration: configuration, logger: logger).run { reportReady(logger) }
    } catch let error as RedisError {
      throw CommandFailure(.redisUnreachable, error.description)
    } catch let error as LibraryError {
      throw CommandFailure(.settings, error.description)
    }
  }
}

private func reportReady(_ logger: Logger) {
  do {
    try SupervisorLink.reportReady()
    logger.notice("ready")
  } catch {
    logger.error("\(error)")
  }
}

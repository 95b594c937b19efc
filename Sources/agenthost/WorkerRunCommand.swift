import AgentPlugins
import AgentRuntime
import AgentStreams
import ArgumentParser
import Glibc
import Logging
import RedisClient

/// What the supervisor starts; not for people.
struct WorkerRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "run", shouldDisplay: false)

  @Option(help: "The name of this worker's life.")
  var incarnation: String

  @Option(help: "The name of the host's life; its own where it is not said.")
  var session: String?

  @Option(help: "When the host's life began, in seconds since 1970.")
  var sessionBegan: Double?

  @Option(help: "Seconds between two signs of life to the supervisor; none where it does not say.")
  var signsOfLife: Double?

  @Flag(help: "The supervisor passes a socket for monitors.")
  var monitored = false

  @Option(help: "The isolated place that it works for; none is the main one.")
  var place: String?

  @Flag(help: "Take nothing but messages that are suspected of killing workers.")
  var probation = false

  @Option(help: "Workers that died at its place before it.")
  var deaths = 0

  @Option(help: "How the last of them died.")
  var lastDeath: String?

  func run() async throws {
    let supervisor = try SupervisorLink()
    Self.ignoreSignals()
    let environment = try CommandEnvironment()
    let session = HostSession(
      id: session ?? incarnation, began: sessionBegan ?? WallClock.now(),
      settings: SettingsTable.visible(environment.settings))
    let (ends, workerEnded) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    try endProcessWhenSupervisorDies(hostEnds: session.ends) { workerEnded.yield() }
    var logger = environment.startLogging(LogFiles(environment.settings)).logger
    let served = place.map(WorkerPlaceName.isolated) ?? .main
    let placeName = probation ? WorkerPlaceName.probation(of: served) : served
    if placeName != .main { logger[metadataKey: "place"] = "\(placeName)" }
    OutOfMemoryScore.raise(logger: logger)
    let configuration = WorkerConfiguration(
      settings: environment.settings, redis: try environment.address(environment.settings.redisURL),
      dataDirectory: try environment.dataDirectory(), environment: environment.variables,
      identity: .current(incarnation: incarnation), session: session, place: placeName,
      signsOfLife: signsOfLife,
      monitors: monitored ? try SupervisorLink.takeMonitors(isOurs: placeName == .main) : nil,
      ends: ends, history: WorkerHistory(deaths: deaths, lastDeath: lastDeath))
    await IOActor.withTasksOnLoop { [logger] in
      do {
        try await Worker(configuration: configuration, supervisor: supervisor, logger: logger).run()
      } catch {
        leave(Self.failure(error))
      }
      // From here: the pool that this came from may have no thread left to go back to.
      exitInTime(ExitStatus.ok.rawValue)
    }
  }

  /// What is heard otherwise, or not for a worker, must not end or stop it meanwhile.
  static func ignoreSignals() {
    for ignored in [SIGPIPE, SIGHUP, SIGUSR1, SIGTSTP] { signal(ignored, SIG_IGN) }
  }

  /// Does what a start does and leaves nothing behind, so that what is done only once in a process is done: what the
  /// system looks up at a first use, the threads. What comes of it is of no interest.
  static func rehearse() {
    _ = try? Agenthost.parseAsRoot([
      "worker", "run", "--incarnation", "none", "--deaths", "0", "--session-began", "0",
    ])
    if let environment = try? CommandEnvironment(), let dataDirectory = try? environment.dataDirectory() {
      LibrariesReadAhead.readEarly(environment.settings, dataDirectory: dataDirectory)
    }
    // Owned by nobody: it ends at once, and who it is for waits for something else.
    Task.detached { await IOActor.withTasksOnLoop {} }
  }

  private static func failure(_ error: any Error) -> any Error {
    switch error {
    case let error as RedisError: CommandFailure(.redisUnreachable, error.description)
    case let error as LibraryError: CommandFailure(.settings, error.description)
    default: error
    }
  }
}

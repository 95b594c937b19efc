import AgentEnvelope
import AgentOperations
import AgentStreams
import ArgumentParser
import RedisClient

struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace", abstract: "See the way that a request took.", subcommands: [TraceShowCommand.self])
}

struct TraceShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show the way of a request that has ended, step by step, with what ran there.",
    discussion: """
      Kept for AGENTHOST_TRACE_TTL seconds; of more requests a second than AGENTHOST_TRACE_RATE only some. Exits with 1 \
      where nothing is known of the request.
      """)

  @Argument(help: "The request's message id.")
  var messageID: String

  @Flag(help: "Print JSON.")
  var json = false

  @Option(help: "Columns to print in; the terminal's, or 80, where it is not said.")
  var width: Int?

  func validate() throws {
    if let width, width < 40 { throw ValidationError("--width takes 40 columns or more") }
  }

  func run() async throws {
    let environment = try CommandEnvironment()
    let road = try await environment.withRedis { [messageID] client, keys in
      try await Self.read(messageID, client, keys)
    }
    guard let road else {
      throw CommandFailure(
        .failed,
        "nothing is known of \(messageID): it has not ended, its way was not kept (AGENTHOST_TRACE_RATE), or not "
          + "for so long (AGENTHOST_TRACE_TTL)")
    }
    let columns = width ?? Terminal.width(environment.variables)
    print(json ? JSONText.line(RoadJSON.value(road)) : RoadText(road, width: columns).text, terminator: "")
  }

  @IOActor
  private static func read(
    _ messageID: String, _ client: RedisClient, _ keys: Keys
  ) async throws(RedisError) -> RequestRoad? {
    guard let trace = try await KeptTrace.read(messageID, client, keys: keys) else { return nil }
    var codes: [String: [AgentCode]] = [:]
    for agentID in Set(trace.steps.map(\.agentID)).prefix(KeptTrace.maximumSteps) {
      codes[agentID] = try await AgentCode.read(agentID, client, keys: keys)
    }
    return RequestRoad(messageID, trace, codes: codes)
  }
}

import AgentPlugins
import AgentStreams
import ArgumentParser

struct AgentScaleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scale",
    abstract: "Have every worker that serves a role run so many agents of it, now and after every restart.",
    discussion: """
      It goes before what stands beside a library; --reset lets that count again. With --wait it prints the role's agents, \
      and exits with 7 where some worker could not make as many.
      """)

  @Argument(help: "The role.")
  var role: String

  @Argument(help: "Agents in each worker, 1 to \(LibrarySettings.maximumInstances).")
  var count: Int?

  @Flag(help: "As many as is said beside the library, or one.")
  var reset = false

  @OptionGroup var waiting: WaitOptions

  func validate() throws {
    try RoleCommand.check(role)
    guard (count == nil) == reset else { throw ValidationError("either a number of agents, or --reset") }
    guard count.map((1...LibrarySettings.maximumInstances).contains) ?? true else {
      throw ValidationError(
        "a worker has 1 to \(LibrarySettings.maximumInstances) agents of a role; `agenthost role pause` stops them all"
      )
    }
  }

  func run() async throws {
    let workers = try await CommandEnvironment().withRedis { client, keys -> [WorkerStatus]? in
      let made = try await DesiredChange.scale(role: role, instances: count).make(client, keys: keys)
      guard waiting.wait else { return nil }
      return try await Reload.workers(done: made.version, within: waiting.timeout, client, keys: keys)
    }
    guard let workers else { return print("role \(role): \(wish)") }
    let agents = AgentTable(workers, role: role)
    print(waiting.json ? agents.json : agents.text, terminator: "")
    let serving = workers.filter { $0.roles.contains(role) }
    if serving.isEmpty {
      throw CommandFailure(.degraded, "no worker serves role \(role); it counts for whoever will")
    }
    guard let count else { return }
    for worker in serving where worker.agents.count(where: { $0.role == role }) != count {
      throw CommandFailure(
        .degraded, "\(worker.host) (\(worker.placeName)) has another number; its log says why")
    }
  }

  private var wish: String {
    count.map { "\($0) \($0 == 1 ? "agent" : "agents") in each worker that serves it" }
      ?? "as many agents as is said beside its library"
  }
}

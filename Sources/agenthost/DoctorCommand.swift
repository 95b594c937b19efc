import AgentOperations
import AgentPlugins
import AgentRuntime
import AgentStreams
import ArgumentParser
import Logging
import RedisClient

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract:
      "Find what is wrong with settings, this machine, Redis, and all that works by it, and say how to fix it.",
    discussion: """
      It reads, and changes nothing. Settings and folders are those of a host that would be started here and now. Exits \
      with 0 where it finds nothing, with 7 where it does, and with 4 where no Redis answered: then the checks that need \
      none are made all the same.
      """)

  @Flag(help: "Print JSON.")
  var json = false

  @Option(name: .long, help: "The folder with the agents' libraries (AGENTHOST_AGENTS_DIR).")
  var agentsDir: String?

  func run() async throws {
    var problems: [String] = []
    var environment = CommandEnvironment(problems: &problems)
    if let agentsDir { environment.settings.agentsDirectory = agentsDir }
    let examination = await examine(environment, problems)
    let checkup = Checkup(examination)
    print(
      json ? JSONText.line(checkup.json) : checkup.text(columns: Terminal.width(environment.variables)),
      terminator: "")
    if examination.failure?.isUnreachable == true {
      throw ExitCode(ExitStatus.redisUnreachable.rawValue)
    }
    if !checkup.findings.isEmpty { throw ExitCode(ExitStatus.degraded.rawValue) }
  }

  private func examine(_ environment: CommandEnvironment, _ problems: [String]) async -> Examination {
    var examination = Examination()
    examination.settings = environment.settings
    examination.settingProblems = problems
    var dataFolder: String?
    do { dataFolder = try environment.dataDirectory() } catch {
      examination.settingProblems.append(Self.text(of: error))
    }
    examination.machine = MachineReading.read(
      MachineSubjects(
        settings: environment.settings, dataFolder: dataFolder,
        namesAgentsFolder: agentsDir != nil || environment.origins["AGENTHOST_AGENTS_DIR"] != nil),
      settings: environment.settings)
    do {
      try await readServer(environment, into: &examination)
    } catch let failure as CommandFailure where failure.status == .settings {
      examination.settingProblems.append(failure.message)
      examination.failure = ServerFailure(why: "it is not known which Redis is meant", isUnreachable: true)
    } catch {
      examination.failure = ServerFailure(
        why: Self.text(of: error), isUnreachable: (error as? CommandFailure)?.status == .redisUnreachable)
    }
    return examination
  }

  private func readServer(_ environment: CommandEnvironment, into examination: inout Examination) async throws
  {
    let (server, system) = try await environment.withRedis { client, keys in
      let server = try await ServerReading.read(client)
      do throws(RedisError) {
        return (server, Result<SystemReading, RedisError>.success(try await .read(client, keys: keys)))
      } catch {
        return (server, .failure(error))
      }
    }
    examination.server = server
    switch system {
    case .success(let system):
      examination.system = system
      examination.machine.readProcesses(of: system.snapshot.workers)
    case .failure(let error):
      examination.failure = ServerFailure(why: error.description, isUnreachable: error.meaning == nil)
    }
  }

  private static func text(of error: any Error) -> String {
    (error as? CommandFailure)?.message ?? "\(error)"
  }
}

import AgentEnvelope
import RedisClient

@testable import AgentOperations
@testable import AgentRuntime
@testable import AgentStreams

/// A system in which nothing is wrong, for tests that change one thing of it.
enum Examined {
  static let time = 1_800_000_000.0
  static let incarnation = "00000000000000aa"

  static func worker(
    _ incarnation: String = incarnation, host: String = "box", place: String = "", pid: Int = 812,
    agents: [AgentStatus] = [agent()], saying more: [String: String] = [:]
  ) -> WorkerStatus {
    let fields = [
      "host": host, "pid": String(pid), "place": place, "version": "0.1.0",
      "started": String(Int(time) - 100), "roles": Set(agents.map(\.role)).sorted().joined(separator: " "),
      "agents": AgentStatus.text(agents),
    ]
    var worker = WorkerStatus(incarnation: incarnation, fields.merging(more) { $1 })
    worker.silence = 1
    return worker
  }

  static func agent(_ id: String = "box:812:1", role: String = "echo") -> AgentStatus {
    AgentStatus(id: id, role: role, library: "agents.d/libecho.so")
  }

  static func role(_ name: String = "echo", agents: Int = 1) -> RoleStatus {
    var role = RoleStatus(role: name)
    role.agents = agents
    return role
  }

  static func snapshot(_ workers: [WorkerStatus] = [worker()], _ roles: [RoleStatus] = [role()])
    -> SystemSnapshot
  {
    var snapshot = SystemSnapshot(time: time)
    snapshot.workers = workers
    snapshot.roles = roles
    return snapshot
  }

  static func sound(_ change: (inout Examination) -> Void = { _ in }) -> Examination {
    var examination = Examination()
    examination.machine.hostName = "box"
    examination.machine.descriptors = 65_536
    examination.machine.processes[812] = ProcessReading(isThere: true)
    examination.server = ServerReading(
      facts: ServerFacts(
        information: ["redis_version": "7.0.15", "role": "master", "used_memory": "1000"],
        configuration: ["appendonly": "yes", "save": "", "maxmemory": "0", "timeout": "0"]),
      skew: ClockSkew(seconds: 0.01, error: 0.01))
    examination.system = SystemReading(snapshot: snapshot())
    change(&examination)
    return examination
  }

  /// The names of all findings.
  static func names(_ change: (inout Examination) -> Void) -> [String] {
    Checkup(sound(change)).findings.map(\.name)
  }

  static func system(_ change: (inout SystemReading) -> Void) -> [String] {
    names { examination in
      guard var system = examination.system else { return }
      change(&system)
      examination.system = system
    }
  }
}

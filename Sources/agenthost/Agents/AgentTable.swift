import AgentEnvelope
import AgentOperations
import AgentPlugins
import AgentStreams
import StrictJSON

/// The agents of workers.
struct AgentTable {
  private let found: [(worker: WorkerStatus, agent: AgentStatus)]
  private let workers: Int

  /// `role`: the one that is of interest; nil means all.
  init(_ workers: [WorkerStatus], role: String? = nil) {
    self.workers = workers.count
    found = workers.flatMap { worker in
      worker.agents.filter { role == nil || $0.role == role }.map { (worker, $0) }
    }
  }

  var text: String {
    if workers == 0 { return "no worker lives; start a host with `agenthost run`\n" }
    var table = ColumnTable([
      .text("agent"), .text("role"), .text("place"), .text("library"), .number("in work"), .number("runs"),
      .number("errors"), .number("mean ms"),
    ])
    for (worker, agent) in found {
      let mean = agent.runs == 0 ? "-" : TimeText.milliseconds(agent.runSeconds / Double(agent.runs))
      table.add([
        LogText.escaped(agent.id), LogText.escaped(agent.role), LogText.escaped(worker.placeName),
        LogText.escaped(LibraryStatus.name(ofFile: agent.library)), String(agent.inWork), String(agent.runs),
        String(agent.errors), mean,
      ])
    }
    return table.text
  }

  /// A line for programs.
  var json: String {
    JSONText.line(
      .array(
        found.map { worker, agent in
          .object([
            .init("host", .string(worker.host)), .init("worker", .string(worker.incarnation)),
            .init("place", .string(worker.placeName)), .init("agent", agent.json),
          ])
        }))
  }
}

import AgentPlugins
package import AgentStreams
import RedisClient

/// How a system stands, for people.
package struct StatusText: Sendable {
  private static let indent = "  "
  private static let longestText = 4096

  private let snapshot: SystemSnapshot
  private let width: Int
  /// Of sentences.
  private let paragraph: Int

  /// `width`: columns of the screen.
  package init(_ snapshot: SystemSnapshot, width: Int) {
    self.snapshot = snapshot
    paragraph = Paragraph.width(onScreen: width)
    self.width = max(width, paragraph)
  }

  package var text: String {
    let nobody = snapshot.workers.isEmpty ? ["no worker lives; start a host with `agenthost run`"] : []
    let parts =
      [nobody, summary, section("hosts", hosts), section("workers", workers), section("roles", roles)]
      + [section("agents", agents), section("libraries", libraries), notes]
    return parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
  }

  private func section(_ title: String, _ lines: [String]) -> [String] {
    // A table without rows has its titles alone.
    lines.count < 2 ? [] : [title] + lines.map { Self.indent + $0 }
  }

  private func lines(_ table: ColumnTable) -> [String] {
    table.lines(width: width - Self.indent.count, keepsNames: true)
  }

  private var summary: [String] {
    let server = snapshot.server
    return [
      [
        FigureText.count(snapshot.hosts.count, "host"), FigureText.count(snapshot.workers.count, "worker"),
        FigureText.count(snapshot.workers.reduce(0) { $0 + $1.agents.count }, "agent"),
        FigureText.count(snapshot.roles.count, "role"),
      ].joined(separator: ", ")
        + "; Redis \(LogText.escaped(server.information["redis_version"] ?? "?", maximumBytes: 16)), "
        + "\(FigureText.bytes(server.count("used_memory"))), "
        + FigureText.count(server.count("connected_clients"), "client")
    ]
  }

  private var hosts: [String] {
    var table = ColumnTable([
      .text("host"), .number("workers"), .number("agents"), .number("deaths"), .number("up"),
      .text("version"),
      .text("health"),
    ])
    for host in snapshot.hosts {
      table.add([
        LogText.escaped(host.name), "\(host.workers.count)", "\(host.agents)", "\(host.deaths)",
        up(host.since), LogText.escaped(host.versions.joined(separator: " ")),
        host.troubles.isEmpty ? "ok" : "degraded",
      ])
    }
    let troubles = snapshot.hosts.filter { !$0.troubles.isEmpty }.flatMap { host in
      Paragraph.lines(
        LogText.escaped(
          "\(host.name): \(host.troubles.joined(separator: "; "))", maximumBytes: Self.longestText),
        rest: Self.indent, width: paragraph - Self.indent.count)
    }
    return lines(table) + troubles
  }

  private var workers: [String] {
    var table = ColumnTable([
      .text("host"), .text("place"), .number("pid"), .number("agents"), .number("deaths"), .number("up"),
      .number("heard"), .text("version"),
    ])
    for worker in snapshot.workers {
      table.add([
        LogText.escaped(worker.host), LogText.escaped(worker.placeName), "\(worker.processID)",
        "\(worker.agents.count)", "\(worker.deaths)", up(worker.started),
        worker.silence.map { FigureText.age($0) + " ago" } ?? "for ever", LogText.escaped(worker.version),
      ])
    }
    let serving = snapshot.workers.filter { !$0.roles.isEmpty }.flatMap { worker in
      Paragraph.lines(
        LogText.escaped(
          "\(worker.placeName) of \(worker.host) serves \(worker.roles.sorted().joined(separator: " "))",
          maximumBytes: Self.longestText),
        rest: Self.indent, width: paragraph - Self.indent.count)
    }
    return lines(table) + serving
  }

  private var roles: [String] {
    var table = ColumnTable([
      .text("role"), .number("agents"), .number("wait"), .number("oldest"), .number("work"),
      .number("later"), .number("dead"), .number("per s"), .number("errors"), .text("state"),
    ])
    let work = snapshot.work
    for role in snapshot.roles {
      let done = work[role.role]
      table.add(
        [LogText.escaped(role.role), "\(role.agents)", FigureText.count(role.waiting)]
          + [FigureText.age(snapshot.oldestWait(of: role))]
          + [role.inWork, role.delayed, role.deadLetters].map { FigureText.count($0) }
          + [
            FigureText.short(done?.rate(at: snapshot.time)), done.map { FigureText.count($0.errors) } ?? "-",
          ]
          + [role.stateName])
    }
    return lines(table)
  }

  private var agents: [String] {
    var table = ColumnTable([
      .text("agent"), .text("role"), .text("place"), .number("in work"), .number("runs"), .number("errors"),
      .number("mean"),
    ])
    for worker in snapshot.workers {
      for agent in worker.agents {
        let mean = agent.runs > 0 ? agent.runSeconds / Double(agent.runs) : nil
        table.add(
          [agent.id, agent.role, worker.placeName].map { LogText.escaped($0) }
            + [agent.inWork, agent.runs, agent.errors].map { FigureText.count($0) }
            + [FigureText.duration(mean)])
      }
    }
    return lines(table)
  }

  private var libraries: [String] {
    var table = ColumnTable([
      .text("library"), .text("host"), .text("place"), .text("state"), .number("generation"), .text("hash"),
    ])
    for worker in snapshot.workers where !worker.isOnProbation {
      for library in worker.libraries {
        table.add([
          LogText.escaped(library.name), LogText.escaped(worker.host), LogText.escaped(worker.placeName),
          library.stateName, library.generation == 0 ? "-" : "\(library.generation)",
          library.hash.isEmpty ? "-" : LogText.escaped(String(library.hash.prefix(12))),
        ])
      }
    }
    return lines(table)
  }

  private var notes: [String] {
    var notes = snapshot.workers.filter { !$0.lastDeath.isEmpty }.map {
      "\($0.host), \($0.placeName): last death: \($0.lastDeath)"
    }
    let desired = snapshot.desired
    if !desired.pausedRoles.isEmpty {
      notes.append("paused: \(desired.pausedRoles.sorted().joined(separator: " "))")
    }
    for (hash, quarantine) in desired.quarantined.sorted(by: { $0.key < $1.key }) {
      notes.append("quarantined: \(hash.prefix(12)) \(quarantine.file): \(quarantine.reason)")
    }
    if !snapshot.isComplete { notes.append("there are more roles or workers than are shown") }
    return notes.flatMap {
      Paragraph.lines(
        LogText.escaped($0, maximumBytes: Self.longestText), rest: Self.indent, width: paragraph)
    }
  }

  private func up(_ since: Double) -> String {
    since > 0 ? FigureText.age(max(0, snapshot.time - since)) : "-"
  }
}

extension LibraryStatus {
  /// For people. A refused file may lie where an earlier one still runs.
  package var stateName: String {
    switch outcome {
    case .refused: generation > 0 ? "refused, the one before runs" : "refused"
    case .removed: "removed"
    case .waiting: "waits for a new worker"
    case .new, .changed, .unchanged, .disabled: outcome.rawValue
    }
  }
}

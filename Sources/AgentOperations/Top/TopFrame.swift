import AgentPlugins
package import AgentStreams
import RedisClient

/// A line of the screen.
package struct TopLine: Sendable, Equatable {
  package enum Style: Sendable { case plain, title, alarm }

  package var text: String
  package var style = Style.plain
}

/// What fills the screen at one moment.
package struct TopFrame: Sendable, Equatable {
  package let lines: [TopLine]

  private static let roleColumns: [ColumnTable.Column] = [
    .text("ROLE"), .number("AGENTS"), .number("WAITING"), .number("OLDEST"), .number("IN WORK"),
    .number("PER S"), .number("ERR/S"), .number("TIME"), .text("STATE"),
  ]
  private static let agentColumns: [ColumnTable.Column] = [
    .text("AGENT"), .text("ROLE"), .text("PLACE"), .number("IN WORK"), .number("RUNS"), .number("PER S"),
    .number("ERR/S"), .number("TIME"),
  ]
  /// Of the agents' part that is worth its titles.
  private static let fewestAgentLines = 4

  /// `height` nil: as many lines as it takes. `message`: what has gone wrong.
  package init(
    _ snapshot: SystemSnapshot, _ rates: WorkRates, _ view: TopView, width: Int, height: Int? = nil,
    message: String? = nil
  ) {
    let rows = TopRows(snapshot, rates).filtered(view.filter).sorted(
      by: view.column, isReversed: view.isReversed)
    var lines = [TopLine(text: Self.summary(snapshot), style: .title)]
    lines.append(Self.note(view, message))
    let footer =
      height == nil ? [] : [TopLine(text: "s sort  r reverse  / filter  p pause  q quit", style: .title)]
    let room = height.map { max(0, $0 - lines.count - footer.count) } ?? .max
    lines += Self.part(Self.roleTable(rows.roles, snapshot).lines(width: width), "role", room: room)
    let left = height.map { $0 - lines.count - footer.count - 1 } ?? .max
    if !rows.agents.isEmpty, left >= Self.fewestAgentLines {
      lines.append(TopLine(text: ""))
      lines += Self.part(Self.agentTable(rows.agents).lines(width: width), "agent", room: left)
    }
    if let height {
      while lines.count < height - footer.count { lines.append(TopLine(text: "")) }
    }
    let all = (lines + footer).prefix(height ?? .max)
    self.lines = all.map { TopLine(text: DisplayWidth.cut($0.text, to: width), style: $0.style) }
  }

  /// The titles, and what has room of the rest; the last line says of how much there is none.
  private static func part(_ lines: [String], _ what: String, room: Int) -> [TopLine] {
    var shown = lines.prefix(room).enumerated().map { index, text in
      TopLine(text: text, style: index == 0 ? .title : .plain)
    }
    if lines.count > room, room > 1 {
      shown[room - 1].text = "… \(FigureText.count(lines.count - room + 1, "more \(what)"))"
    }
    return shown
  }

  private static func note(_ view: TopView, _ message: String?) -> TopLine {
    if let message { return TopLine(text: LogText.escaped(message), style: .alarm) }
    var parts = ["by \(view.column.rawValue)\(view.isReversed ? ", reversed" : "")"]
    if view.isFilterOpen || !view.filter.isEmpty {
      parts.append("role: \(LogText.escaped(view.filter))\(view.isFilterOpen ? "_" : "")")
    }
    if view.isPaused { parts.append("paused") }
    return TopLine(text: parts.joined(separator: "   "), style: view.isPaused ? .alarm : .plain)
  }

  private static func summary(_ snapshot: SystemSnapshot) -> String {
    let server = snapshot.server
    return [
      FigureText.count(snapshot.hosts.count, "host"), FigureText.count(snapshot.workers.count, "worker"),
      FigureText.count(snapshot.workers.reduce(0) { $0 + $1.agents.count }, "agent"),
      "Redis \(LogText.escaped(server.information["redis_version"] ?? "?", maximumBytes: 16))",
      FigureText.bytes(server.count("used_memory")),
      FigureText.count(server.count("connected_clients"), "client"),
      "\(FigureText.count(server.count("instantaneous_ops_per_sec"))) ops/s",
    ].joined(separator: "  ")
  }

  private static func roleTable(_ roles: [TopRole], _ snapshot: SystemSnapshot) -> ColumnTable {
    var table = ColumnTable(roleColumns)
    var total = ["total", "\(roles.reduce(0) { $0 + $1.status.agents })"]
    total.append(FigureText.count(sum(roles.map(\.status.waiting))))
    total.append(FigureText.age(roles.compactMap(\.oldestWait).max()))
    total.append(FigureText.count(sum(roles.map(\.status.inWork))))
    let rates = roles.compactMap(\.rate)
    table.add(total + figures(rates.isEmpty ? nil : rates.reduce(WorkRate(), +)) + [""])
    for role in roles {
      table.add(
        [LogText.escaped(role.status.role), "\(role.status.agents)"]
          + [FigureText.count(role.status.waiting), FigureText.age(role.oldestWait)]
          + [FigureText.count(role.status.inWork)] + figures(role.rate) + [role.status.stateName])
    }
    return table
  }

  /// Anybody may have written the figures.
  private static func sum(_ counts: [Int]) -> Int {
    counts.reduce(0) { $0.addingReportingOverflow($1).partialValue }
  }

  private static func agentTable(_ agents: [TopAgent]) -> ColumnTable {
    var table = ColumnTable(agentColumns)
    for agent in agents {
      table.add(
        [agent.status.id, agent.status.role, agent.place].map { LogText.escaped($0) }
          + [FigureText.count(agent.status.inWork), FigureText.count(agent.status.runs)]
          + figures(agent.rate))
    }
    return table
  }

  private static func figures(_ rate: WorkRate?) -> [String] {
    [FigureText.short(rate?.runs), FigureText.short(rate?.errors), FigureText.duration(rate?.average)]
  }

  /// For what is no terminal.
  package var text: String { lines.map { $0.text + "\n" }.joined() }
}

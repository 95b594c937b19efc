import AgentEnvelope
import AgentPlugins
import AgentStreams

/// A request's way as a waterfall, for people.
package struct RoadText {
  /// Of the bars; where there is more room, they take it.
  private static let narrowestBar = 12
  private static let codeLength = 7
  /// Of a role before its error.
  private static let longestName = 24

  package let text: String

  /// `width`: columns of the terminal.
  package init(_ road: RequestRoad, width: Int) {
    var lines = Paragraph.lines(Self.summary(road), width: width)
    lines += Paragraph.lines(
      "conversation \(LogText.escaped(road.trace.conversationID)), began \(TimeText.utc(road.began)) UTC",
      width: width)
    if !road.steps.isEmpty { lines += [""] + Self.steps(road, width) }
    if road.trace.leftOut > 0 { lines += ["", "\(FigureText.count(road.trace.leftOut, "step")) not kept"] }
    let errors = Self.errors(road, width)
    if !errors.isEmpty { lines += [""] + errors }
    text = lines.map { $0 + "\n" }.joined()
  }

  private static func summary(_ road: RequestRoad) -> String {
    "\(LogText.escaped(road.messageID)): \(road.trace.state.rawValue) after \(FigureText.duration(road.duration)), "
      + "\(FigureText.duration(road.worked)) of work and \(FigureText.duration(road.waited)) of waiting "
      + "in \(FigureText.count(road.steps.count + road.trace.leftOut, "step"))"
  }

  private static func steps(_ road: RequestRoad, _ width: Int) -> [String] {
    var table = ColumnTable([
      .number("#"), .text("role"), .text("agent"), .number("try"), .number("wait"), .number("work"),
      .text("code"),
    ])
    for (index, step) in road.steps.enumerated() {
      table.add([
        String(index + 1), LogText.escaped(step.entry.role), LogText.escaped(step.entry.agentID),
        String(step.attempt), FigureText.duration(step.wait), FigureText.duration(step.entry.duration),
        step.code.map { LogText.escaped(String($0.hash.prefix(codeLength))) } ?? "-",
      ])
    }
    let natural = table.lines().map(DisplayWidth.of).max() ?? 0
    let room = min(natural, max(1, width - narrowestBar - 2))
    let rows = table.lines(width: room)
    let bars = max(narrowestBar, width - room - 2)
    return rows.enumerated().map { index, row in
      guard index > 0 else { return row }
      let line =
        DisplayWidth.padded(row, to: room) + "  " + bar(of: road.steps[index - 1], in: road, columns: bars)
      return DisplayWidth.cut(line, to: width)
    }
  }

  /// Where the step stands in the whole: `.` while it waited, `#` while an agent worked.
  static func bar(of step: RequestRoad.Step, in road: RequestRoad, columns: Int) -> String {
    guard road.duration > 0 else { return "" }
    func column(_ time: Double) -> Int {
      // Anybody may have written the figure.
      let share = min(1, max(0, (time - road.began) / road.duration))
      return Int((share * Double(columns)).rounded(.down))
    }
    let start = min(columns - 1, column(step.entry.startTimestamp))
    let waitStart = min(start, column(step.entry.startTimestamp - step.wait))
    let end = min(columns, max(start + 1, column(step.entry.endTimestamp)))
    return String(repeating: " ", count: waitStart) + String(repeating: ".", count: start - waitStart)
      + String(repeating: "#", count: end - start)
  }

  private static func errors(_ road: RequestRoad, _ width: Int) -> [String] {
    road.steps.enumerated().flatMap { index, step -> [String] in
      guard let error = step.entry.error else { return [] }
      let role = DisplayWidth.cut(LogText.escaped(step.entry.role), to: longestName)
      return Paragraph.lines(
        LogText.escaped(error), first: "\(index + 1)  \(role): ", rest: "   ", width: width)
    }
  }
}

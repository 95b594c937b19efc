import AgentClient

/// The way of a message as a small table, one line a step.
struct TraceTable {
  let text: String

  init(_ result: AgentResult) {
    let origin = result.trace.first?.start ?? 0
    var rows = [["step", "role", "agent", "at ms", "took ms", "error"]]
    for (index, step) in result.trace.enumerated() {
      rows.append([
        String(index + 1), step.role, step.agentID, Self.milliseconds(step.start - origin),
        Self.milliseconds(step.duration), step.error ?? "",
      ])
    }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    text = rows.map { row in Self.line(row, widths) + "\n" }.joined()
  }

  private static func line(_ row: [String], _ widths: [Int]) -> String {
    let numeric: Set = [0, 3, 4]
    let cells = row.indices.map { column in
      let padding = String(repeating: " ", count: widths[column] - row[column].count)
      return numeric.contains(column) ? padding + row[column] : row[column] + padding
    }
    var line = cells.joined(separator: "  ")
    while line.last == " " { line.removeLast() }
    return line
  }

  private static func milliseconds(_ seconds: Double) -> String {
    // Anybody may have written the figure.
    guard seconds.magnitude < 1e9 else { return "\(seconds * 1000)" }
    let hundredths = Int((seconds * 100_000).rounded())
    let fraction = hundredths.magnitude % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
  }
}

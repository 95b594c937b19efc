import AgentClient
import AgentPlugins

/// The way of a message as a small table, one line a step.
struct TraceTable {
  let text: String

  init(_ result: AgentResult) {
    let origin = result.trace.first?.start ?? 0
    var table = TextTable(["step", "role", "agent", "at ms", "took ms", "error"], numeric: [0, 3, 4])
    for (index, step) in result.trace.enumerated() {
      table.add([
        String(index + 1), LogText.escaped(step.role), LogText.escaped(step.agentID),
        Self.milliseconds(step.start - origin),
        Self.milliseconds(step.duration), LogText.escaped(step.error ?? ""),
      ])
    }
    text = table.text
  }

  private static func milliseconds(_ seconds: Double) -> String {
    // Anybody may have written the figure.
    guard seconds.magnitude < 1e9 else { return "\(seconds * 1000)" }
    let hundredths = Int((seconds * 100_000).rounded())
    let fraction = hundredths.magnitude % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
  }
}

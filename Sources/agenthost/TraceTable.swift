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
        TimeText.milliseconds(step.start - origin),
        TimeText.milliseconds(step.duration), LogText.escaped(step.error ?? ""),
      ])
    }
    text = table.text
  }
}

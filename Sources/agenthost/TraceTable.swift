import AgentClient
import AgentOperations
import AgentPlugins

/// The way of a message as a small table, one line a step.
struct TraceTable {
  let text: String

  init(_ result: AgentResult) {
    let origin = result.trace.first?.start ?? 0
    var table = ColumnTable([
      .number("step"), .text("role"), .text("agent"), .number("at ms"), .number("took ms"), .text("error"),
    ])
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

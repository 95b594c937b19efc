package import AgentEnvelope
package import AgentStreams

/// The way that a request took, step by step, with what is known of each.
package struct RequestRoad: Sendable, Equatable {
  package struct Step: Sendable, Equatable {
    package var entry: TraceEntry
    /// Seconds from the end of the step before, or from the request's beginning.
    package var wait: Double
    /// From 1; more where the step before was one of the same that is to be tried again.
    package var attempt: Int
    /// What the agent ran; nil: nobody knows any more.
    package var code: AgentCode?
  }

  package let messageID: String
  package let trace: KeptTrace
  package let steps: [Step]
  /// When it began, in seconds since 1970.
  package let began: Double
  /// Seconds to the end of its last step.
  package let duration: Double

  /// `codes`: what is known of the agents' code, by their ids.
  package init(_ messageID: String, _ trace: KeptTrace, codes: [String: [AgentCode]]) {
    self.messageID = messageID
    self.trace = trace
    let first = trace.steps.first?.startTimestamp ?? trace.ended
    began = trace.created > 0 ? min(trace.created, first) : first
    var steps: [Step] = []
    var before = began
    for entry in trace.steps {
      let isAgain = steps.last.map { $0.entry.role == entry.role && Self.isToBeTriedAgain($0.entry) } ?? false
      steps.append(
        Step(
          entry: entry, wait: max(0, entry.startTimestamp - before),
          attempt: isAgain ? (steps.last?.attempt ?? 0) + 1 : 1,
          code: AgentCode.running(at: entry.startTimestamp, of: codes[entry.agentID] ?? [])))
      before = max(before, entry.endTimestamp)
    }
    self.steps = steps
    duration = max(0, before - began)
  }

  /// As the host says it.
  private static func isToBeTriedAgain(_ entry: TraceEntry) -> Bool {
    entry.error?.hasPrefix("to be tried again") == true
  }

  package var waited: Double { steps.reduce(0) { $0 + $1.wait } }
  package var worked: Double { steps.reduce(0) { $0 + max(0, $1.entry.duration) } }
}

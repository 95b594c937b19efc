import AgentEnvelope
import AgentStreams
package import StrictJSON

/// A request's way for programs.
package enum RoadJSON {
  package static func value(_ road: RequestRoad) -> JSONValue {
    .object([
      .init("message_id", .string(road.messageID)), .init("state", .string(road.trace.state.rawValue)),
      .init("conversation_id", .string(road.trace.conversationID)), .init("began", .number(road.began)),
      .init("duration", .number(road.duration)), .init("worked", .number(road.worked)),
      .init("waited", .number(road.waited)), .init("steps_not_kept", .number(road.trace.leftOut)),
      .init("steps", .array(road.steps.map(step))),
    ])
  }

  private static func step(_ step: RequestRoad.Step) -> JSONValue {
    .object([
      .init("role", .string(step.entry.role)), .init("agent_id", .string(step.entry.agentID)),
      .init("attempt", .number(step.attempt)), .init("start", .number(step.entry.startTimestamp)),
      .init("wait", .number(step.wait)), .init("work", .number(step.entry.duration)),
      .init("code", step.code.map { .string($0.hash) } ?? .null),
      .init("library", step.code.map { .string($0.library) } ?? .null),
      .init("error", step.entry.error.map { .string($0) } ?? .null),
    ])
  }
}

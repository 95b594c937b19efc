package import AgentEnvelope
import NIOCore
package import RedisClient

/// The way of a request that has ended, as it is kept for a while.
package struct KeptTrace: Sendable, Equatable {
  /// What is kept of one request is no longer.
  package static let maximumBytes = 32 << 10
  /// Of a longer way, steps in its middle are left out.
  package static let maximumSteps = 128
  private static let maximumErrorBytes = 128

  package var state: RequestState
  package var conversationID: String
  /// Seconds since 1970; 0: not known.
  package var created: Double
  package var ended: Double
  package var steps: [TraceEntry]
  /// Steps that were taken and are not among `steps`.
  package var leftOut = 0

  package init(
    state: RequestState, conversationID: String, created: Double, ended: Double, steps: [TraceEntry]
  ) {
    self.state = state
    self.conversationID = conversationID
    self.created = created
    self.ended = ended
    self.steps = steps
  }

  /// Nil for what is no such text: anybody may have written it.
  package init?(_ bytes: UnsafeRawBufferPointer) {
    guard let value = try? JSONValue.parse(bytes, maximumDepth: EnvelopeLimits.deepestNesting),
      let state = value["state"]?.string.flatMap(RequestState.init), let steps = value["steps"]?.elements
    else { return nil }
    self.init(
      state: state, conversationID: value["conversation"]?.string ?? "",
      created: value["created"]?.double ?? 0, ended: value["ended"]?.double ?? 0,
      steps: steps.map(TraceEntry.init(reading:)))
    leftOut = value["left_out"]?.double.flatMap { Int(exactly: $0) } ?? 0
  }

  /// The final envelope's bytes as they are, where they are short enough.
  package static func text(
    of end: CommitWrite.RequestEnd, _ envelope: Envelope, _ bytes: UnsafeRawBufferPointer
  ) -> [UInt8] {
    let steps = envelope.traceBytes(in: bytes)
    guard steps.count > maximumBytes / 2 else {
      return text(of: end, envelope, bytes, steps: steps, leftOut: 0)
    }
    var entries = envelope.traceEntries(in: bytes)
    let leftOut = max(0, entries.count - maximumSteps)
    if leftOut > 0 { entries.removeSubrange(maximumSteps / 2..<maximumSteps / 2 + leftOut) }
    var short: [UInt8] = [UInt8(ascii: "[")]
    for (index, entry) in entries.enumerated() {
      if index > 0 { short.append(UInt8(ascii: ",")) }
      cut(entry).write(into: &short)
    }
    short.append(UInt8(ascii: "]"))
    return short.withUnsafeBytes { text(of: end, envelope, bytes, steps: $0, leftOut: leftOut) }
  }

  /// Names that are no names do not come back, and an error has its beginning.
  private static func cut(_ entry: TraceEntry) -> TraceEntry {
    var entry = entry
    entry.role = String(entry.role.prefix(maximumErrorBytes / 4))
    entry.agentID = String(entry.agentID.prefix(maximumErrorBytes / 4))
    entry.error = entry.error.map { String($0.prefix(maximumErrorBytes / 4)) }
    return entry
  }

  private static func text(
    of end: CommitWrite.RequestEnd, _ envelope: Envelope, _ bytes: UnsafeRawBufferPointer,
    steps: UnsafeRawBufferPointer, leftOut: Int
  ) -> [UInt8] {
    var members: [UInt8] = []
    JSONValue.object([
      .init("state", .string(end.state.rawValue)),
      .init("conversation", .string(String(envelope.conversationID(in: bytes).prefix(maximumErrorBytes)))),
      .init("created", .number(envelope.createTimestamp)), .init("ended", .number(envelope.updateTimestamp)),
      .init("left_out", .number(leftOut)),
    ]).write(into: &members)
    members.removeLast()
    members += Array(",\"steps\":".utf8)
    members += steps.isEmpty ? Array("[]".utf8) : Array(steps)
    members.append(UInt8(ascii: "}"))
    return members
  }

  /// Nil where nothing is known of the request: it has not ended, long ago, or nobody kept it.
  @IOActor
  package static func read(
    _ messageID: String, _ client: RedisClient, keys: Keys
  ) async throws(RedisError) -> KeptTrace? {
    let reply = try await client.send(RedisCommand("GET", keys.trace(messageID)), effect: .repeatable)
    guard let bytes = reply.root.bytes else { return nil }
    return bytes.withUnsafeReadableBytes { KeptTrace($0) }
  }
}

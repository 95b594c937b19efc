package import AgentEnvelope
import NIOCore
package import RedisClient
import StrictJSON

/// The way of a request that has ended, as it is kept for a while.
package struct KeptTrace: Sendable, Equatable {
  /// What is kept of one request is no longer.
  package static let maximumBytes = 32 << 10
  /// Of a longer way, steps in its middle are left out.
  package static let maximumSteps = 128
  private static let maximumTextBytes = 64

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
      let state = value["state"]?.string.flatMap(RequestState.init), let steps = value["trace"]?.elements
    else { return nil }
    self.init(
      state: state, conversationID: value["conversation_id"]?.string ?? "",
      created: value["create_ts"]?.double ?? 0, ended: value["update_ts"]?.double ?? 0,
      steps: steps.map(TraceEntry.init(reading:)))
    leftOut = value["left_out"]?.double.map { Int(min(max(0, $0), 1e9)) } ?? 0
  }

  /// What is to be kept of a request that ends: members of its final envelope, as they are where they are short enough.
  /// Nil for what is no envelope.
  package static func text(of end: CommitWrite.RequestEnd) -> [UInt8]? {
    if let parts = end.parts, parts.identity.count + parts.way.count < maximumBytes / 2 {
      var text: [UInt8] = []
      text.reserveCapacity(parts.identity.count + parts.way.count + 32)
      text += "{\"state\":\"\(end.state.rawValue)\",".utf8
      text += end.envelope[parts.identity]
      text.append(UInt8(ascii: ","))
      text += end.envelope[parts.way]
      text.append(UInt8(ascii: "}"))
      return text
    }
    return end.envelope.withUnsafeBytes { bytes in
      (try? Envelope(scanning: bytes, limits: EnvelopeLimits(maximumBytes: .max))).map {
        shortened(end.state, $0, bytes)
      }
    }
  }

  private static func shortened(
    _ state: RequestState, _ envelope: Envelope, _ bytes: UnsafeRawBufferPointer
  ) -> [UInt8] {
    let entries = envelope.traceEntries(in: bytes)
    var steps = maximumSteps
    while true {
      let text = shortened(state, envelope, bytes, entries, steps: steps)
      if text.count <= maximumBytes || steps <= 2 { return text }
      steps /= 2
    }
  }

  /// With the first and the last steps, so many in all.
  private static func shortened(
    _ state: RequestState, _ envelope: Envelope, _ bytes: UnsafeRawBufferPointer, _ all: [TraceEntry],
    steps: Int
  ) -> [UInt8] {
    var entries = all
    let leftOut = max(0, entries.count - steps)
    if leftOut > 0 { entries.removeSubrange(steps / 2..<steps / 2 + leftOut) }
    return ByteOutput.bytes(expecting: maximumBytes / 4) { output in
      output.append("{\"state\":")
      output.append(json: state.rawValue)
      output.append(",\"conversation_id\":")
      output.append(json: cut(envelope.conversationID(in: bytes)))
      output.append(",\"create_ts\":")
      output.append(json: envelope.createTimestamp)
      output.append(",\"update_ts\":")
      output.append(json: envelope.updateTimestamp)
      output.append(",\"left_out\":")
      output.append(json: leftOut)
      output.append(",\"trace\":[")
      for (index, entry) in entries.enumerated() {
        if index > 0 { output.append(",") }
        TraceStep(cut(entry)).write(into: &output)
      }
      output.append("]}")
    }
  }

  /// A name that is no name does not come back, and an error has its beginning.
  private static func cut(_ entry: TraceEntry) -> TraceEntry {
    var entry = entry
    entry.role = cut(entry.role)
    entry.agentID = cut(entry.agentID)
    entry.error = entry.error.map(cut)
    return entry
  }

  /// By bytes: one character may have any number of them.
  private static func cut(_ text: String) -> String {
    String(decoding: text.utf8.prefix(maximumTextBytes), as: UTF8.self)
  }

  /// What keeps the way of a request that has ended, for so many seconds. Of one that is kept already the first stays.
  @IOActor
  package static func keeping(_ end: CommitWrite.RequestEnd, seconds: Int, keys: Keys) -> RedisCommand? {
    text(of: end).map { text in
      var command = RedisCommand("SET", capacity: text.count + 256)
      command.append(keys.trace(ofRequest: end.request))
      command.append(text)
      command.append("EX" as StaticString)
      command.append(seconds)
      command.append("NX" as StaticString)
      return command
    }
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

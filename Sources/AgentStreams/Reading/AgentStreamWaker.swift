package import Logging
import NIOCore
package import RedisClient

/// Waits for all of this host's agent streams at once, on one connection and outside their groups,
/// and wakes the consumer of each that has something.
@IOActor
package final class AgentStreamWaker {
  private static let block = TimeAmount.seconds(5)

  private let client: RedisClient
  private let logger: Logger
  private var consumers: [String: AgentStreamConsumer] = [:]
  /// Up to where each stream has been seen.
  private var seen: [String: String] = [:]
  private var isQuiet = false
  private var blocked: RedisConnection?
  private var idle: CheckedContinuation<Void, Never>?
  private var lastWarning = WarningInterval()

  package init(client: RedisClient, logger: Logger) {
    self.client = client
    self.logger = logger
  }

  /// Waits for this consumer's stream too, from the next round on.
  package func add(_ consumer: AgentStreamConsumer) async {
    guard consumers.updateValue(consumer, forKey: consumer.source.stream) == nil else { return }
    await interrupt()
  }

  package func remove(_ consumer: AgentStreamConsumer) async {
    consumers[consumer.source.stream] = nil
    seen[consumer.source.stream] = nil
    await interrupt()
  }

  package func run() async {
    var backoff = Backoff()
    while !isQuiet {
      do throws(RedisError) {
        try await waitUntilQuiet { backoff.reset() }
      } catch {
        if lastWarning.elapsed() {
          logger.warning("waiting for agents' streams failed, trying again: \(error)")
        }
        try? await Task.sleep(for: backoff.next())  // cancelled: the loop's condition decides
      }
    }
  }

  package func quiet() async {
    isQuiet = true
    while blocked != nil || idle != nil {
      await interrupt()
      try? await Task.sleep(for: .milliseconds(10))
    }
  }

  /// Ends the wait that is under way, so that the next one is for the streams of now.
  private func interrupt() async {
    idle?.resume()
    idle = nil
    if let blocked { try? await client.unblock(blocked) }  // without a server the wait ends by itself
  }

  private func waitUntilQuiet(succeeded: () -> Void) async throws(RedisError) {
    let connection = try await client.openDedicated(name: "waker")
    defer { connection.close() }
    for consumer in consumers.values { try await StreamGroups.ensure(consumer.source, send: connection.send) }
    seen = [:]
    while !isQuiet {
      guard !consumers.isEmpty else {
        await withCheckedContinuation { idle = $0 }
        continue
      }
      let reply = try await wait(connection)
      succeeded()
      try wakeConsumers(reply)
    }
  }

  private func wait(_ connection: RedisConnection) async throws(RedisError) -> RedisReply {
    blocked = connection
    defer { blocked = nil }
    var command = RedisCommand("XREAD", "COUNT", "1", "BLOCK")
    command.append(Int(Self.block.nanoseconds / 1_000_000))
    command.append("STREAMS")
    let streams = Array(consumers.keys)
    for stream in streams { command.append(stream) }
    for stream in streams { command.append(seen[stream, default: "0"]) }
    return try await connection.sendBlocking(command, block: Self.block)
  }

  private func wakeConsumers(_ reply: RedisReply) throws(RedisError) {
    // Nothing came: a look at each stream finds one that was deleted, which nobody can write to any more.
    if reply.root.isNull { return consumers.values.forEach { $0.wake() } }
    guard let streams = reply.root.elements else { throw .unexpectedReply(command: "XREAD") }
    for element in streams {
      guard var parts = element.elements, let stream = parts.next()?.string, let list = parts.next() else {
        throw .unexpectedReply(command: "XREAD")
      }
      if let last = try StreamCommands.entries(of: list).last { seen[stream] = last.id }
      consumers[stream]?.wake()
    }
  }
}

package import Logging
package import NIOCore
package import RedisClient

/// What is told that a stream has something.
@IOActor
protocol StreamReader: AnyObject {
  /// A stream for which it blocks nowhere has something, or may have.
  func wake(_ stream: String)
}

/// Waits for all streams of this host at once for which nobody blocks, on one connection and outside their groups,
/// and wakes the readers of each that has something: the agents' own streams, and priorities that are not in use.
@IOActor
package final class StreamWaker {
  private let longestBlock: TimeAmount
  private let client: RedisClient
  private let logger: Logger
  private var readers: [String: [any StreamReader]] = [:]
  /// Streams on which their readers block themselves, and which may be deleted under them: not every server tells them.
  private var blocked: [String: [any StreamReader]] = [:]
  /// Up to where each stream has been seen.
  private var seen: [String: String] = [:]
  private var isQuiet = false
  private let blockingRead: BlockingRead
  private let changed = Condition()

  /// `longestBlock`: for how long one wait blocks; a stream that was deleted is noticed no later.
  package init(client: RedisClient, longestBlock: TimeAmount = .seconds(5), logger: Logger) {
    self.longestBlock = longestBlock
    self.client = client
    self.logger = logger
    blockingRead = BlockingRead(client: client)
  }

  /// Waits for these streams too, from the next round on.
  func watch(_ streams: [String], for reader: any StreamReader) async {
    let new = streams.filter { stream in !readers[stream, default: []].contains { $0 === reader } }
    for stream in new {
      readers[stream, default: []].append(reader)
      // What another has been woken for already.
      if seen[stream] != nil { reader.wake(stream) }
    }
    if new.contains(where: { seen[$0] == nil }) { await interrupt() }
  }

  func forget(_ streams: [String], for reader: any StreamReader) async {
    var isForgotten = false
    for stream in streams {
      guard var left = readers[stream] else { continue }
      left.removeAll { $0 === reader }
      readers[stream] = left.isEmpty ? nil : left
      guard left.isEmpty else { continue }
      seen[stream] = nil
      isForgotten = true
    }
    if isForgotten { await interrupt() }
  }

  /// `reader` blocks on this stream from now on, and is woken where the stream is gone.
  func blocks(_ reader: any StreamReader, on stream: String) { blocked[stream, default: []].append(reader) }

  /// It does no more; others may.
  func blocksNoMore(_ reader: any StreamReader, on stream: String) {
    let left = blocked[stream, default: []].filter { $0 !== reader }
    blocked[stream] = left.isEmpty ? nil : left
  }

  package func run() async {
    var backoff = Backoff()
    while !isQuiet {
      do throws(RedisError) {
        try await waitUntilQuiet { backoff.reset() }
      } catch {
        client.warn("waiting for streams failed", error)
        try? await IOActor.sleep(for: backoff.next())  // cancelled: the loop's condition decides
      }
    }
  }

  package func quiet() async {
    isQuiet = true
    await interrupt()
  }

  /// Ends the wait that is under way, so that the next one is for the streams of now.
  private func interrupt() async {
    changed.wakeAll()
    await blockingRead.end()
  }

  private func waitUntilQuiet(succeeded: () -> Void) async throws(RedisError) {
    let connection = try await client.openDedicated(name: "waker")
    defer { connection.close() }
    seen = [:]
    wakeAll()
    while !isQuiet {
      guard !readers.isEmpty else {
        await changed.wait { readers.isEmpty && !isQuiet }
        continue
      }
      try await passOverWhatIsThere(connection)
      // Meanwhile there was no wait that could have been ended.
      guard !mustLookAgain, let reply = try await wait(connection) else { continue }
      succeeded()
      if reply.root.isNull { try await lookForDeleted(connection) } else { try wakeReaders(reply) }
    }
  }

  /// A stream's reader looks at all that is there when it is woken once; entries that others keep in it must not each
  /// wake it again.
  private func passOverWhatIsThere(_ connection: RedisConnection) async throws(RedisError) {
    let unseen = readers.keys.filter { seen[$0] == nil }
    let replies = try await connection.send(
      unseen.map { RedisCommand("XREVRANGE", $0, "+", "-", "COUNT", "1") })
    for (stream, reply) in zip(unseen, replies) {
      let last = try StreamCommands.entries(of: reply.root).first
      // Forgotten meanwhile, or watched again by another reader: either is in the next round.
      guard readers[stream] != nil else { continue }
      seen[stream] = last?.id ?? "0"
      if last != nil { wakeReaders(of: stream) }
    }
  }

  private func wait(_ connection: RedisConnection) async throws(RedisError) -> RedisReply? {
    var command = RedisCommand("XREAD", "COUNT", "1", "BLOCK")
    let block = IOActor.block(untilNext: longestBlock)
    command.append(Int(block.milliseconds))
    command.append("STREAMS")
    let streams = Array(readers.keys)
    for stream in streams { command.append(stream) }
    for stream in streams { command.append(seen[stream, default: "0"]) }
    return try await blockingRead.send(command, on: connection, block: block) { mustLookAgain }
  }

  /// Whether there is something else to do than to wait.
  private var mustLookAgain: Bool { isQuiet || readers.keys.contains { seen[$0] == nil } }

  private func wakeReaders(_ reply: RedisReply) throws(RedisError) {
    guard let streams = reply.root.elements else { throw .unexpectedReply(command: "XREAD") }
    for element in streams {
      guard var parts = element.elements, let stream = parts.next()?.string, let list = parts.next() else {
        throw .unexpectedReply(command: "XREAD")
      }
      if let last = try StreamCommands.entries(of: list).last { seen[stream] = last.id }
      wakeReaders(of: stream)
    }
  }

  /// Nothing came: a reader's look at its stream finds that it was deleted, and nobody can write to it any more.
  private func lookForDeleted(_ connection: RedisConnection) async throws(RedisError) {
    let streams = Array(readers.keys) + blocked.keys
    if streams.isEmpty { return }
    var command = RedisCommand("EXISTS")
    for stream in streams { command.append(stream) }
    guard try await connection.send(command).root.integer != streams.count else { return }
    wakeAll()
    for (stream, readers) in blocked {
      for reader in readers { reader.wake(stream) }
    }
  }

  private func wakeReaders(of stream: String) {
    for reader in readers[stream, default: []] { reader.wake(stream) }
  }

  private func wakeAll() {
    for stream in readers.keys { wakeReaders(of: stream) }
  }
}

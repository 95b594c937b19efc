import CHiredis

/// What a server may send in one reply.
package struct RedisReplyLimits: Sendable {
  /// Values in one reply, nested ones counted.
  package var nodes = 1 << 20
  /// Bytes of one reply.
  package var bytes = 768 << 20

  package init() {}
}

/// Collects the reply that hiredis' reader is working on. The reader calls the functions
/// below for every value, parents before children, and hands back what they return; any
/// pointer but NULL will do.
final class ReplyArena {
  private var nodes: ContiguousArray<RedisReply.Node> = []
  private var texts = ReplyTexts()
  private let limits: RedisReplyLimits
  /// What the last reply with more than one value took: the next one has room for as much at once.
  private var usualNodes = 0
  private var usualBytes = 0
  private static let mostUsualNodes = 4096
  private static let mostSpareNodes = 64
  private static let mostUsualBytes = 32 << 10

  init(limits: RedisReplyLimits) {
    self.limits = limits
  }

  deinit { texts.free() }

  /// Room taken for the reply so far.
  var heldBytes: Int { nodes.capacity * MemoryLayout<RedisReply.Node>.stride + texts.capacity }

  /// The finished reply; the arena is empty afterwards.
  func take() -> RedisReply {
    if nodes.count > 1 {
      usualNodes = min(nodes.count, Self.mostUsualNodes)
      usualBytes = min(texts.count, Self.mostUsualBytes)
    }
    defer { texts = ReplyTexts() }
    var taken: ContiguousArray<RedisReply.Node> = []
    swap(&taken, &nodes)
    // Whoever works on an entry holds the reply: not with the room of a larger one.
    if taken.capacity > Self.mostSpareNodes + 2 * taken.count { taken = ContiguousArray(taken[...]) }
    texts.trim()
    return RedisReply(nodes: taken, texts: texts)
  }

  /// False where the reply would become larger than is allowed.
  private func append(_ kind: RedisReply.Kind, count: Int, value: Int64) -> Bool {
    guard nodes.count < limits.nodes else { return false }
    nodes.append(.init(kind: kind, count: Int32(truncatingIfNeeded: count), value: value, end: 0))
    return true
  }

  private func appendText(_ kind: RedisReply.Kind, _ text: UnsafeRawBufferPointer) -> Bool {
    guard texts.count + text.count <= limits.bytes, let begin = texts.append(text) else { return false }
    return append(kind, count: text.count, value: Int64(begin))
  }

  private func appendArray(count: Int) -> Bool {
    guard count >= 0, count <= limits.nodes - nodes.count else { return false }
    // Only for the outermost: room made exactly, again and again, would copy everything each time.
    if nodes.isEmpty {
      nodes.reserveCapacity(max(count + 1, usualNodes))
      // Where there is no memory, the first text that comes says so.
      if count > 0 { texts.reserve(usualBytes) }
    }
    return append(.array, count: count, value: 0)
  }

  /// The functions that the reader calls. Returning NULL makes it fail with "out of memory".
  // SAFETY: written once, read only by the reader.
  nonisolated(unsafe) static let functions: UnsafeMutablePointer<redisReplyObjectFunctions> = {
    let table = UnsafeMutablePointer<redisReplyObjectFunctions>.allocate(capacity: 1)
    table.initialize(
      to: redisReplyObjectFunctions(
        createString: { task, text, length in
          ReplyArena.with(task) { arena in
            let kind: RedisReply.Kind =
              switch task?.pointee.type {
              case REDIS_REPLY_ERROR: .error
              case REDIS_REPLY_STATUS: .status
              default: .string
              }
            return arena.appendText(kind, UnsafeRawBufferPointer(start: text, count: length))
          }
        },
        createArray: { task, count in ReplyArena.with(task) { $0.appendArray(count: Int(count)) } },
        createInteger: { task, value in
          ReplyArena.with(task) { $0.append(.integer, count: 0, value: value) }
        },
        createNil: { task in ReplyArena.with(task) { $0.append(.null, count: 0, value: 0) } },
        freeObject: { _ in }))
    return table
  }()

  private static func with(
    _ task: UnsafePointer<redisReadTask>?, _ append: (ReplyArena) -> Bool
  ) -> UnsafeMutableRawPointer? {
    guard let pointer = task?.pointee.privdata else { return nil }
    // SAFETY: ReplyReader sets `privdata` to the arena it owns, and owns the reader too, which is calling: so nothing has to
    // be counted for each value of a reply.
    let hasRoom = Unmanaged<ReplyArena>.fromOpaque(pointer)._withUnsafeGuaranteedRef { append($0) }
    return hasRoom ? pointer : nil
  }
}

import CHiredis
package import NIOCore

/// Bytes of the server in, replies out: hiredis' reader over a flat arena.
package final class ReplyReader {
  /// Hiredis compacts its buffer at every reply; larger pieces of many small replies make that quadratic.
  private static let feedSize = 16 * 1024

  private let reader: UnsafeMutablePointer<redisReader>
  private let arena: ReplyArena
  private let limits: RedisReplyLimits

  package init(limits: RedisReplyLimits = RedisReplyLimits()) {
    guard let reader = redisReaderCreateWithFunctions(ReplyArena.functions) else {
      fatalError("no memory for a protocol reader")
    }
    self.reader = reader
    self.limits = limits
    arena = ReplyArena(limits: limits)
    // SAFETY: the arena lives as long as the reader: both belong to this object.
    reader.pointee.privdata = Unmanaged.passUnretained(arena).toOpaque()
  }

  deinit {
    redisReaderFree(reader)
  }

  /// What is kept of a reply that is not complete.
  var heldBytes: Int { arena.heldBytes + reader.pointee.len }

  /// Takes in all of `buffer` and calls `receive` for each reply that is complete.
  package func feed(_ buffer: ByteBuffer, receive: (RedisReply) -> Void) throws(RedisError) {
    var offset = buffer.readerIndex
    while offset < buffer.writerIndex {
      let length = min(Self.feedSize, buffer.writerIndex - offset)
      let fed = buffer.withVeryUnsafeBytes { bytes in
        redisReaderFeed(reader, bytes.baseAddress?.advanced(by: offset), length)
      }
      offset += length
      guard fed == REDIS_OK else { throw failure() }
      try drain(receive)
      guard reader.pointee.len <= limits.bytes else {
        throw .protocolViolation("a reply of more than \(limits.bytes) bytes")
      }
    }
  }

  private func drain(_ receive: (RedisReply) -> Void) throws(RedisError) {
    while true {
      var reply: UnsafeMutableRawPointer?
      guard redisReaderGetReply(reader, &reply) == REDIS_OK else { throw failure() }
      guard reply != nil else { return }
      receive(arena.take())
    }
  }

  private func failure() -> RedisError {
    if reader.pointee.err == REDIS_ERR_OOM {
      return .protocolViolation("a reply of more than \(limits.nodes) values or \(limits.bytes) bytes")
    }
    let text = withUnsafeBytes(of: &reader.pointee.errstr) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return .protocolViolation(text)
  }
}

package import NIOCore

/// One command in the server's protocol, built argument by argument.
package struct RedisCommand: Sendable {
  /// Room in front for "*N\r\n"; N is known only at the end.
  private static let headerSize = 16

  private var buffer: ByteBuffer
  private var count = 0

  package init(_ name: StaticString, capacity: Int = 256) {
    buffer = ByteBufferAllocator().buffer(capacity: capacity)
    buffer.moveWriterIndex(to: Self.headerSize)
    buffer.moveReaderIndex(to: Self.headerSize)
    append(name)
  }

  package init(_ name: StaticString, _ arguments: String...) {
    self.init(name)
    for argument in arguments { append(argument) }
  }

  /// Bytes so far; what limits on batches are held against.
  package var byteCount: Int { buffer.readableBytes }

  package mutating func append(_ text: StaticString) {
    let longestCharacter = 4
    let count = text.hasPointerRepresentation ? text.utf8CodeUnitCount : longestCharacter
    append(arguments: 1, bytes: count) { $0.append(text) }
  }

  package mutating func append(_ text: String) {
    append(arguments: 1, bytes: text.utf8.count) { $0.append(text) }
  }

  package mutating func append(_ number: Int) {
    append(arguments: 1) { $0.append(number) }
  }

  package mutating func append(_ bytes: ByteBuffer) {
    // SAFETY: the bytes are copied before the call returns.
    bytes.withUnsafeReadableBytes { append($0) }
  }

  package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    append(arguments: 1, bytes: bytes.count) { $0.append(bytes) }
  }

  package mutating func append(_ bytes: [UInt8]) {
    append(arguments: 1, bytes: bytes.count) { $0.append(bytes) }
  }

  /// Appends arguments, which `write` puts down: several in one call are faster so than each by itself.
  /// - Parameters:
  ///   - arguments: as many at most.
  ///   - bytes: of all of them that are bytes or texts.
  package mutating func append(
    arguments: Int, bytes: Int = 0, _ write: (inout RedisArguments) -> Void
  ) {
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: arguments * RedisArguments.frame + bytes) {
      room in
      var writer = RedisArguments(room: room)
      write(&writer)
      count += writer.count
      return writer.byteCount
    }
  }

  /// The whole command, as it goes on the wire; no argument may follow.
  mutating func encode() -> ByteBuffer {
    let digits = Decimal.length(of: UInt(count))
    let start = Self.headerSize - (1 + digits + 2)
    buffer.moveReaderIndex(to: start)
    buffer.withUnsafeMutableReadableBytes { target in
      target[0] = UInt8(ascii: "*")
      Decimal.write(UInt(count), endingAt: 1 + digits, of: target)
      RedisArguments.endLine(at: 1 + digits, of: target)
    }
    return buffer
  }
}

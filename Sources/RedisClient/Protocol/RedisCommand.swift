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
    // SAFETY: a static string that is more than one character has its bytes for ever, as many as it says.
    if text.hasPointerRepresentation {
      append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    } else {
      append(text.description)
    }
  }

  package mutating func append(_ text: String) {
    var text = text
    // SAFETY: the bytes are copied before the call returns.
    text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }

  package mutating func append(_ number: Int) {
    let length = Self.decimalLength(of: number.magnitude) + (number < 0 ? 1 : 0)
    append(count: length) { target in
      if number < 0 { target[0] = UInt8(ascii: "-") }
      Self.write(number.magnitude, endingAt: length, of: target)
    }
  }

  package mutating func append(_ bytes: ByteBuffer) {
    // SAFETY: the bytes are copied before the call returns.
    bytes.withUnsafeReadableBytes { append($0) }
  }

  package mutating func append(_ bytes: [UInt8]) {
    // SAFETY: as above.
    bytes.withUnsafeBytes { append($0) }
  }

  private mutating func append(_ bytes: UnsafeRawBufferPointer) {
    append(count: bytes.count) { $0.copyMemory(from: bytes) }
  }

  /// Appends an argument of `count` bytes, which `write` puts down: in one piece, since a command has hundreds.
  private mutating func append(count bytes: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) {
    let digits = Self.decimalLength(of: UInt(bytes))
    let start = 1 + digits + 2
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: start + bytes + 2) { target in
      target[0] = UInt8(ascii: "$")
      Self.write(UInt(bytes), endingAt: 1 + digits, of: target)
      Self.endLine(at: start - 2, of: target)
      // SAFETY: the room that was asked for holds the argument and the end of its line.
      write(UnsafeMutableRawBufferPointer(rebasing: target[start..<start + bytes]))
      Self.endLine(at: start + bytes, of: target)
      return start + bytes + 2
    }
    count += 1
  }

  /// The whole command, as it goes on the wire; no argument may follow.
  mutating func encode() -> ByteBuffer {
    let digits = Self.decimalLength(of: UInt(count))
    let start = Self.headerSize - (1 + digits + 2)
    buffer.moveReaderIndex(to: start)
    buffer.withUnsafeMutableReadableBytes { target in
      target[0] = UInt8(ascii: "*")
      Self.write(UInt(count), endingAt: 1 + digits, of: target)
      Self.endLine(at: 1 + digits, of: target)
    }
    return buffer
  }

  private static func decimalLength(of number: UInt) -> Int {
    var length = 1
    var rest = number
    while rest >= 10 {
      rest /= 10
      length += 1
    }
    return length
  }

  private static func write(
    _ number: UInt, endingAt end: Int, of target: UnsafeMutableRawBufferPointer
  ) {
    var index = end
    var rest = number
    repeat {
      index -= 1
      target[index] = UInt8(truncatingIfNeeded: 48 + rest % 10)
      rest /= 10
    } while rest > 0
  }

  private static func endLine(at index: Int, of target: UnsafeMutableRawBufferPointer) {
    target[index] = UInt8(ascii: "\r")
    target[index + 1] = UInt8(ascii: "\n")
  }
}

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
    appendLength(text.utf8CodeUnitCount)
    buffer.writeStaticString(text)
    endArgument()
  }

  package mutating func append(_ text: String) {
    appendLength(text.utf8.count)
    buffer.writeString(text)
    endArgument()
  }

  package mutating func append(_ number: Int) {
    // At most 20 characters, which is more than a small string holds; still cheaper than a format.
    append(String(number))
  }

  package mutating func append(_ bytes: ByteBuffer) {
    appendLength(bytes.readableBytes)
    buffer.writeImmutableBuffer(bytes)
    endArgument()
  }

  package mutating func append(_ bytes: [UInt8]) {
    appendLength(bytes.count)
    buffer.writeBytes(bytes)
    endArgument()
  }

  private mutating func appendLength(_ length: Int) {
    buffer.writeStaticString("$")
    Self.writeDecimal(length, to: &buffer)
    buffer.writeStaticString("\r\n")
  }

  private mutating func endArgument() {
    buffer.writeStaticString("\r\n")
    count += 1
  }

  /// The whole command, as it goes on the wire; no argument may follow.
  mutating func encode() -> ByteBuffer {
    var header = ByteBufferAllocator().buffer(capacity: Self.headerSize)
    header.writeStaticString("*")
    Self.writeDecimal(count, to: &header)
    header.writeStaticString("\r\n")
    let start = Self.headerSize - header.readableBytes
    buffer.setBuffer(header, at: start)
    buffer.moveReaderIndex(to: start)
    return buffer
  }

  private static func writeDecimal(_ number: Int, to buffer: inout ByteBuffer) {
    precondition(number >= 0, "lengths are not negative")
    var digits: InlineArray<20, UInt8> = .init(repeating: 0)
    var first = 20
    var rest = number
    repeat {
      first -= 1
      digits[first] = UInt8(truncatingIfNeeded: 48 + rest % 10)
      rest /= 10
    } while rest > 0
    for index in first..<20 { buffer.writeInteger(digits[index]) }
  }
}

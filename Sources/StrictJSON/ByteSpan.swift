/// A range of bytes inside a message, small enough to keep many of them.
package struct ByteSpan: Equatable, Sendable {
  /// The first byte's position.
  package var start: UInt32
  /// How many bytes; 0 stands for an absent value, since no JSON value is empty.
  package var count: UInt32

  /// The span of a value that is not there.
  package static let absent = ByteSpan(start: 0, count: 0)

  /// The longest message that spans can describe.
  package static let maximumMessageBytes = Int(UInt32.max)

  @inlinable
  package init(start: UInt32, count: UInt32) {
    self.start = start
    self.count = count
  }

  @inlinable @inline(__always)
  package init(_ start: Int, _ end: Int) {
    self.init(start: UInt32(truncatingIfNeeded: start), count: UInt32(truncatingIfNeeded: end - start))
  }

  /// Whether there is no value.
  @inlinable package var isAbsent: Bool { count == 0 }

  /// The position after the last byte.
  @inlinable package var end: Int { Int(start) + Int(count) }

  /// The same bytes in a message where they stand `distance` further on; what is absent stays so.
  package func moved(by distance: Int) -> ByteSpan {
    isAbsent ? .absent : ByteSpan(Int(start) + distance, end + distance)
  }

  /// The bytes themselves, inside the message the span was made from.
  @inlinable @inline(__always)
  package func bytes(in message: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    precondition(end <= message.count, "a span is read in the message it was made from")
    // SAFETY: the range was just checked; the result lives as long as the message, as its caller holds it.
    return UnsafeRawBufferPointer(rebasing: message[Int(start)..<end])
  }
}

/// A key of an object: what stands between its quotes, still escaped.
package struct JSONKeySpan: Equatable, Sendable {
  package var content: ByteSpan
  package var isEscaped: Bool

  package init(content: ByteSpan, isEscaped: Bool) {
    self.content = content
    self.isEscaped = isEscaped
  }

  /// The key with its quotes.
  package var quoted: ByteSpan { ByteSpan(start: content.start - 1, count: content.count + 2) }

  /// The same key where it begins, behind its quote, at `start`.
  package func moved(to start: Int) -> JSONKeySpan {
    JSONKeySpan(
      content: ByteSpan(start, start + Int(content.count)), isEscaped: isEscaped)
  }

  @inlinable @inline(__always)
  package func key(in message: UnsafeRawBufferPointer) -> JSONKey {
    JSONKey(content: content.bytes(in: message), isEscaped: isEscaped)
  }
}

/// A key and its value in an object, as spans into the object's message.
package struct JSONMember: Equatable, Sendable {
  package var key: JSONKeySpan
  /// The value as it stands there; of a string, with its quotes.
  package var value: ByteSpan

  package init(key: JSONKeySpan, value: ByteSpan) {
    self.key = key
    self.value = value
  }

  /// The same member in a message where it stands `distance` bytes further on.
  package func moved(by distance: Int) -> JSONMember {
    JSONMember(
      key: key.moved(to: Int(key.content.start) + distance),
      value: ByteSpan(Int(value.start) + distance, value.end + distance))
  }
}

extension ContiguousArray<JSONMember> {
  /// Leaves one member for each key: the last value, at the first one's position, as a Python
  /// dictionary has it.
  package mutating func collapseDuplicates(in message: UnsafeRawBufferPointer) {
    guard firstDuplicateKey(count: count, key: { self[$0].key.key(in: message) }) != nil else { return }
    let positions = lastPositions(count: count) { self[$0].key.key(in: message) }
    self = ContiguousArray(positions.map { self[$0] })
  }
}

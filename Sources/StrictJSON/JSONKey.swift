/// A key to compare with others by what it means: `"a"` and `"\u0061"` are equal.
/// Points into memory of its caller and is good only during a call.
package struct JSONKey: Hashable {
  /// What stands between the quotes.
  package let content: UnsafeRawBufferPointer
  package let isEscaped: Bool

  @inlinable @inline(__always)
  package init(content: UnsafeRawBufferPointer, isEscaped: Bool) {
    self.content = content
    self.isEscaped = isEscaped
  }

  @inlinable @inline(__always)
  package init(_ name: StaticString) {
    // SAFETY: a literal's bytes live as long as the process.
    self.init(
      content: UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount),
      isEscaped: false)
  }

  /// `name` as a key, for the length of `body`.
  package static func with<Value>(_ name: String, _ body: (JSONKey) throws -> Value) rethrows -> Value {
    var name = name
    return try name.withUTF8 { try body(JSONKey(content: UnsafeRawBufferPointer($0), isEscaped: false)) }
  }

  package static func == (left: JSONKey, right: JSONKey) -> Bool {
    if left.isEscaped || right.isEscaped { return left.decoded == right.decoded }
    return left.content.isEqual(to: right.content)
  }

  package func hash(into hasher: inout Hasher) {
    if isEscaped {
      decoded.withUnsafeBytes { hasher.combine(bytes: $0) }
    } else {
      hasher.combine(bytes: content)
    }
  }

  // Lone surrogates keep their identity, so that two different ones are two different keys.
  private var decoded: [UInt8] {
    isEscaped ? JSONString.decode(content, loneSurrogates: .keptApart) : Array(content)
  }
}

extension UnsafeRawBufferPointer {
  /// Whether the same bytes are in both: as few words as cover them are compared, the last two of which may overlap.
  @inline(__always)
  fileprivate func isEqual(to other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count else { return false }
    if count >= 8 { return isEqual(to: other, by: UInt64.self) }
    if count >= 4 { return isEqual(to: other, by: UInt32.self) }
    for index in 0..<count where self[index] != other[index] { return false }
    return true
  }

  @inline(__always)
  private func isEqual<Word: FixedWidthInteger & BitwiseCopyable>(
    to other: UnsafeRawBufferPointer, by word: Word.Type
  ) -> Bool {
    let last = count - MemoryLayout<Word>.size
    var offset = 0
    while true {
      // SAFETY: a word's bytes are left in both from the offset on: it is `last` at most.
      let isEqual =
        loadUnaligned(fromByteOffset: offset, as: Word.self)
        == other.loadUnaligned(fromByteOffset: offset, as: Word.self)
      if !isEqual { return false }
      if offset == last { return true }
      offset = Swift.min(offset + MemoryLayout<Word>.size, last)
    }
  }
}

/// Up to this many keys are compared pair by pair, which is faster than hashing them.
package let pairwiseKeyLimit = 16

/// The position of the first key that stood earlier already.
package func firstDuplicateKey(count: Int, key: (Int) -> JSONKey) -> Int? {
  if count <= pairwiseKeyLimit {
    for later in 0..<count {
      for earlier in 0..<later where key(earlier) == key(later) {
        return later
      }
    }
    return nil
  }
  var seen = Set<JSONKey>(minimumCapacity: count)
  for index in 0..<count where !seen.insert(key(index)).inserted {
    return index
  }
  return nil
}

/// The position where each key stands last, in the order in which the keys stand first.
package func lastPositions(count: Int, key: (Int) -> JSONKey) -> [Int] {
  if firstDuplicateKey(count: count, key: key) == nil { return Array(0..<count) }
  var order: [JSONKey: Int] = [:]
  var last: [Int] = []
  for index in 0..<count {
    let key = key(index)
    if let place = order[key] {
      last[place] = index
    } else {
      order[key] = last.count
      last.append(index)
    }
  }
  return last
}

/// Finds members by key, by comparing while they are few and by hashing when they are many.
package struct JSONKeyIndex {
  private let members: ContiguousArray<JSONMember>
  private let message: UnsafeRawBufferPointer
  private var positions: [JSONKey: Int] = [:]

  package init(_ members: ContiguousArray<JSONMember>, in message: UnsafeRawBufferPointer) {
    self.members = members
    self.message = message
    guard members.count > pairwiseKeyLimit else { return }
    positions.reserveCapacity(members.count)
    for (position, member) in members.enumerated() {
      positions[member.key.key(in: message)] = position
    }
  }

  package func position(of key: JSONKey) -> Int? {
    if members.count > pairwiseKeyLimit { return positions[key] }
    return members.firstIndex { $0.key.key(in: message) == key }
  }
}

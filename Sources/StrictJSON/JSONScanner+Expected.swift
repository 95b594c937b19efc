/// What a text most likely says is passed over faster than it is read: one writer's keys come in one order. Where something
/// else stands there, nothing is lost but the look.
extension JSONScanner {
  /// Passes over a member's key and its colon where it is the one that is expected, written as it is. False, with nothing
  /// passed over but space, where it is not.
  @inline(__always)
  package mutating func skip(_ key: ExpectedKey) -> Bool {
    skipWhitespace()
    guard count &- position >= ExpectedKey.byteCount, key.stands(in: self, at: position) else { return false }
    if duplicateKeys != nil {
      duplicateKeys?.add(JSONKeySpan(content: key.content(at: position), isEscaped: false))
    }
    position &+= key.count
    return true
  }

  /// Passes over one value, which most likely is an array of objects that have these members in this order.
  /// - Parameter openContainers: how many containers are open around it already.
  package mutating func objects(expecting keys: [ExpectedKey], openContainers: Int) throws(JSONError)
    -> ByteSpan
  {
    skipWhitespace()
    guard next == ASCII.openBracket else { return try value(openContainers: openContainers) }
    guard openContainers < maximumDepth else { throw tooDeep() }
    let start = position
    position += 1
    skipWhitespace()
    guard next != ASCII.closeBracket else {
      position += 1
      return ByteSpan(start, position)
    }
    while true {
      try skipObject(expecting: keys, openContainers: openContainers + 1)
      skipWhitespace()
      let separator = next
      guard separator == ASCII.comma || separator == ASCII.closeBracket else {
        throw unexpected(expected: "',' or ']'")
      }
      position += 1
      if separator == ASCII.closeBracket { return ByteSpan(start, position) }
    }
  }

  /// Passes over a value, which most likely is an object that has these members in this order.
  private mutating func skipObject(expecting keys: [ExpectedKey], openContainers: Int) throws(JSONError) {
    skipWhitespace()
    guard next == ASCII.openBrace else {
      _ = try value(openContainers: openContainers)
      return
    }
    guard openContainers < maximumDepth else { throw tooDeep() }
    guard try openObject() else { return }
    var known = 0
    repeat {
      if known < keys.count, skip(keys[known]) {
        known += 1
      } else {
        _ = try key()
      }
      _ = try value(openContainers: openContainers + 1)
    } while try continuesObject()
  }
}

extension JSONScanner {
  /// Passes over one value and returns where it stands.
  /// - Parameter openContainers: how many containers are open around it already.
  package mutating func value(openContainers: Int) throws(JSONError) -> ByteSpan {
    skipWhitespace()
    let start = position
    switch next {
    case ASCII.quote: _ = try skipString()
    case ASCII.zero...ASCII.nine: try skipNumber()
    case UInt8(ascii: "a")...UInt8(ascii: "z"): try skipWord()
    default: try skipNested(openContainers: openContainers)
    }
    return ByteSpan(start, position)
  }

  private mutating func skipNested(openContainers: Int) throws(JSONError) {
    var nesting = NestingStack(limit: maximumDepth - openContainers)
    while true {
      if try entersContainer(&nesting) { continue }
      guard try reachesNextValue(&nesting) else { return }
    }
  }

  /// Passes over a scalar or an empty container, or up to the first value of a container, and says which.
  @inline(__always)
  private mutating func entersContainer(_ nesting: inout NestingStack) throws(JSONError) -> Bool {
    skipWhitespace()
    switch next {
    case ASCII.quote: _ = try skipString()
    case ASCII.minus, ASCII.zero...ASCII.nine: try skipNumber()
    case ASCII.openBrace:
      guard nesting.push(isObject: true) else { throw tooDeep() }
      if try openObject() {
        _ = try key()
        return true
      }
      nesting.pop()
    case ASCII.openBracket:
      guard nesting.push(isObject: false) else { throw tooDeep() }
      position += 1
      skipWhitespace()
      guard next == ASCII.closeBracket else { return true }
      position += 1
      nesting.pop()
    default: try skipWord()
    }
    return false
  }

  /// Passes over what stands between a value and the next one in the open containers; false when all
  /// are closed.
  @inline(__always)
  private mutating func reachesNextValue(_ nesting: inout NestingStack) throws(JSONError) -> Bool {
    while !nesting.isEmpty {
      skipWhitespace()
      if nesting.isInObject {
        if try continuesObject() {
          _ = try key()
          return true
        }
      } else {
        switch next {
        case ASCII.comma:
          position += 1
          return true
        case ASCII.closeBracket: position += 1
        default: throw unexpected(expected: "',' or ']'")
        }
      }
      nesting.pop()
    }
    return false
  }

  private mutating func skipWord() throws(JSONError) {
    switch next {
    case UInt8(ascii: "t"): try skip("true")
    case UInt8(ascii: "f"): try skip("false")
    case UInt8(ascii: "n"): try skip("null")
    case UInt8(ascii: "N"): try refuse("NaN")
    case UInt8(ascii: "I"): try refuse("Infinity")
    default: throw unexpected(expected: "a value")
    }
  }

  private mutating func skip(_ word: StaticString) throws(JSONError) {
    guard matches(word) else { throw unexpected(expected: "a value") }
    position += word.utf8CodeUnitCount
  }
}

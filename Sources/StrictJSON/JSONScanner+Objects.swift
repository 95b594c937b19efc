extension JSONScanner {
  /// Passes over `{`, and over `}` when that follows. Returns whether there is a member.
  @inline(__always)
  package mutating func openObject() throws(JSONError) -> Bool {
    position += 1
    if duplicateKeys != nil { duplicateKeys?.openObject() }
    skipWhitespace()
    guard next == ASCII.closeBrace else { return true }
    try closeObject()
    return false
  }

  /// Passes over `}`.
  @inline(__always)
  mutating func closeObject() throws(JSONError) {
    position += 1
    if duplicateKeys != nil { try checkKeys() }
  }

  @inline(never)
  private mutating func checkKeys() throws(JSONError) {
    let bytes = bytes
    try duplicateKeys?.closeObject(in: bytes)
  }

  /// Passes over a member's key and its colon.
  @inline(__always)
  package mutating func key() throws(JSONError) -> JSONKeySpan {
    skipWhitespace()
    guard next == ASCII.quote else { throw unexpected(expected: "a key in quotes") }
    let start = position + 1
    let isEscaped = try skipString()
    let key = JSONKeySpan(content: ByteSpan(start, position - 1), isEscaped: isEscaped)
    if duplicateKeys != nil { duplicateKeys?.add(key) }
    skipWhitespace()
    guard next == ASCII.colon else { throw unexpected(expected: "':'") }
    position += 1
    return key
  }

  /// Passes over the comma after a member, or over the object's end. Returns whether there is another member.
  @inline(__always)
  package mutating func continuesObject() throws(JSONError) -> Bool {
    skipWhitespace()
    if next == ASCII.comma {
      position += 1
      return true
    }
    guard next == ASCII.closeBrace else { throw unexpected(expected: "',' or '}'") }
    try closeObject()
    return false
  }

  /// Passes over an object that begins at the position and returns its members.
  package mutating func members(openContainers: Int) throws(JSONError) -> ContiguousArray<JSONMember> {
    guard openContainers < maximumDepth else { throw tooDeep() }
    var members: ContiguousArray<JSONMember> = []
    guard try openObject() else { return members }
    members.reserveCapacity(8)
    repeat {
      let key = try key()
      members.append(JSONMember(key: key, value: try value(openContainers: openContainers + 1)))
    } while try continuesObject()
    return members
  }

  func tooDeep() -> JSONError {
    JSONError(.tooDeep(limit: maximumDepth), at: position)
  }
}

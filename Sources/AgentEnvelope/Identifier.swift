import StrictJSON

/// What a conversation id, a message id and a result list may look like: they become parts of Redis keys.
enum Identifier {
  /// What is wrong with an identifier, to be read after its field's name; nil when nothing is.
  /// - Parameter content: what stands between the quotes.
  static func problem(_ content: UnsafeRawBufferPointer, limit: Int) -> String? {
    if content.isEmpty { return "is empty" }
    // What nearly all are made of: nothing to decode, and no rule to break but the length.
    if content.count <= limit, isPlain(content) { return nil }
    guard JSONString.hasEscapes(content) else { return problem(decoded: content, limit: limit) }
    let longestEscape = 6
    if content.count > limit * longestEscape { return tooLong(limit) }
    return JSONString.decode(content, loneSurrogates: .keptApart).withUnsafeBytes {
      problem(decoded: $0, limit: limit)
    }
  }

  /// Whether there is nothing but printable ASCII below the braces, and no backslash; looks at eight bytes at a time.
  private static func isPlain(_ content: UnsafeRawBufferPointer) -> Bool {
    let (size, ones) = (MemoryLayout<UInt64>.size, 0x0101_0101_0101_0101 as UInt64)
    var offset = 0
    while offset + size <= content.count {
      // SAFETY: a word's bytes are left from the offset on.
      let word = content.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      let controls = word &- (ones &* 0x20)
      let backslashes = (word ^ (ones &* 0x5C)) &- ones
      let fromBraceOn = word &+ (ones &* (0x80 - 0x7B))
      // The highest bit of a byte that breaks a rule; where there is none, of no byte.
      if (word | controls | backslashes | fromBraceOn) & (ones &* 0x80) != 0 { return false }
      offset += size
    }
    return content[offset...].allSatisfy { byte in
      ASCII.space..<ASCII.openBrace ~= byte && byte != ASCII.backslash
    }
  }

  private static func problem(decoded bytes: UnsafeRawBufferPointer, limit: Int) -> String? {
    if bytes.count > limit { return tooLong(limit) }
    var previous: UInt8 = 0
    for byte in bytes {
      if byte < ASCII.space || byte == ASCII.delete || (previous == 0xC2 && byte < 0xA0) {
        return "holds a control character"
      }
      // Braces would choose the cluster slot of every key made from it.
      if byte == ASCII.openBrace || byte == ASCII.closeBrace { return "holds a brace" }
      if previous == 0xED, byte >= 0xA0 { return "holds half of a surrogate pair" }
      previous = byte
    }
    return nil
  }

  private static func tooLong(_ limit: Int) -> String { "is longer than \(limit) bytes" }
}

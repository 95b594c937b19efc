/// Reading of what stands between the quotes of a JSON string that was scanned before.
package enum JSONString {
  /// What becomes of half a surrogate pair, which no UTF-8 can express.
  package enum LoneSurrogates {
    /// U+FFFD, for text.
    case replaced
    /// Its three-byte pattern, for comparing.
    case keptApart
  }

  /// Whether something in it is escaped; otherwise it stands there as it is.
  package static func hasEscapes(_ content: UnsafeRawBufferPointer) -> Bool {
    let (size, ones) = (MemoryLayout<UInt64>.size, 0x0101_0101_0101_0101 as UInt64)
    var offset = 0
    while offset + size <= content.count {
      // SAFETY: a word's bytes are left from the offset on.
      let word = content.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      let marked = word ^ (ones &* UInt64(ASCII.backslash))
      // The highest bit of a byte that has become zero, and of none where there is no such byte.
      if (marked &- ones) & ~marked & (ones &* 0x80) != 0 { return true }
      offset += size
    }
    return content[offset...].contains(ASCII.backslash)
  }

  /// The text, with U+FFFD for lone surrogates.
  package static func text(of content: UnsafeRawBufferPointer) -> String {
    guard hasEscapes(content) else { return String(decoding: content, as: UTF8.self) }
    return String(decoding: decode(content, loneSurrogates: .replaced), as: UTF8.self)
  }

  /// The text; nil where it holds half a surrogate pair, which is no text.
  package static func exactText(of content: UnsafeRawBufferPointer) -> String? {
    String(validating: decode(content, loneSurrogates: .keptApart), as: UTF8.self)
  }

  /// The bytes with all escapes resolved.
  package static func decode(_ content: UnsafeRawBufferPointer, loneSurrogates: LoneSurrogates) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(content.count)
    var position = 0
    while position < content.count {
      let byte = content[position]
      if byte != ASCII.backslash || position + 1 >= content.count {
        output.append(byte)
        position += 1
      } else if content[position + 1] == UInt8(ascii: "u") {
        decodeUnicodeEscape(content, &position, loneSurrogates, into: &output)
      } else {
        output.append(meaning(ofEscape: content[position + 1]))
        position += 2
      }
    }
    return output
  }

  private static func meaning(ofEscape letter: UInt8) -> UInt8 {
    switch letter {
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): ASCII.newline
    case UInt8(ascii: "r"): ASCII.carriageReturn
    case UInt8(ascii: "t"): ASCII.tab
    default: letter
    }
  }

  private static func decodeUnicodeEscape(
    _ content: UnsafeRawBufferPointer, _ position: inout Int, _ loneSurrogates: LoneSurrogates,
    into output: inout [UInt8]
  ) {
    guard let first = codeUnit(content, at: position) else {
      // The scanner lets no such escape through; its bytes stand for themselves.
      output.append(content[position])
      position += 1
      return
    }
    position += 6
    if let scalar = Unicode.Scalar(first) {
      output.append(contentsOf: String(scalar).utf8)
    } else if UTF16.isLeadSurrogate(first), let second = codeUnit(content, at: position),
      UTF16.isTrailSurrogate(second)
    {
      position += 6
      output.append(contentsOf: String(decoding: [first, second], as: UTF16.self).utf8)
    } else {
      switch loneSurrogates {
      case .replaced:
        output.append(contentsOf: [0xEF, 0xBF, 0xBD])
      case .keptApart:
        let value = UInt32(first)
        output.append(contentsOf: [
          0xE0 | UInt8(value >> 12), 0x80 | UInt8(value >> 6 & 0x3F), 0x80 | UInt8(value & 0x3F),
        ])
      }
    }
  }

  /// The code unit of a `\uXXXX` that begins at a position.
  private static func codeUnit(_ content: UnsafeRawBufferPointer, at position: Int) -> UInt16? {
    guard position + 6 <= content.count, content[position] == ASCII.backslash,
      content[position + 1] == UInt8(ascii: "u")
    else { return nil }
    var unit: UInt16 = 0
    for index in position + 2..<position + 6 {
      guard let digit = ASCII.hexValue(content[index]) else { return nil }
      unit = unit << 4 | digit
    }
    return unit
  }
}

import StrictJSON

/// Bytes as text of 64 letters, by RFC 4648: with padding, and with nothing else between.
enum Base64 {
  private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let padding = UInt8(ascii: "=")

  private static let values: [UInt8?] = {
    var values = [UInt8?](repeating: nil, count: 256)
    for (value, letter) in letters.enumerated() { values[Int(letter)] = UInt8(value) }
    return values
  }()

  static func text(of bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let word = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
      for place in 0..<4 {
        text.append(place <= group.count ? letters[Int(word >> UInt32(18 - 6 * place) & 63)] : padding)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Nil for what is no such text.
  static func bytes(of text: String) -> [UInt8]? {
    let letters = Array(text.utf8)
    guard letters.count % 4 == 0 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(letters.count / 4 * 3)
    for start in stride(from: 0, to: letters.count, by: 4) {
      let isLast = start + 4 == letters.count
      let group = letters[start..<start + 4]
      let count = isLast ? group.prefix { $0 != padding }.count : 4
      guard count >= 2, group.dropFirst(count).allSatisfy({ $0 == padding }) else { return nil }
      var word: UInt32 = 0
      for letter in group.prefix(count) {
        guard let value = values[Int(letter)] else { return nil }
        word = word << 6 | UInt32(value)
      }
      word <<= UInt32(6 * (4 - count))
      // Bits that stand for nothing are zero, or one text would have many forms.
      guard word & (0xFFFFFF >> UInt32(8 * (count - 1))) == 0 else { return nil }
      for place in 0..<count - 1 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(16 - 8 * place))) }
    }
    return bytes
  }
}

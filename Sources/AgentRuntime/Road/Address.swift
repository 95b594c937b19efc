import AgentEnvelope

/// What may become part of a key.
enum Address {
  static let maximumBytes = 512
  static let rule = "1 to \(maximumBytes) bytes without control characters and braces"

  static func isUsable(_ address: String) -> Bool {
    guard (1...maximumBytes).contains(address.utf8.count) else { return false }
    var address = address
    return address.withUTF8 { bytes in
      var previous: UInt8 = 0
      for byte in bytes {
        // The control characters of ASCII, and those that follow 0xC2 in UTF-8.
        if byte < 0x20 || byte == 0x7F || (previous == 0xC2 && byte < 0xA0) { return false }
        if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") { return false }
        previous = byte
      }
      return true
    }
  }

  static func isResultList(_ list: String) -> Bool {
    let prefix = ResultList.prefix.utf8
    // By bytes, as the server compares keys, and not by characters.
    return list.utf8.count > prefix.count && list.utf8.starts(with: prefix) && isUsable(list)
  }
}

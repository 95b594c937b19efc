import StrictJSON

/// Finds one key of a JSON object without reading the rest into values.
enum TopLevelMember {
  /// The JSON of the value, as it stands there; the last where a key repeats, nil where it is absent, or the payload
  /// no object. Throws for what is no JSON.
  static func json(of key: String, in payload: UnsafeRawBufferPointer) throws(JSONError)
    -> UnsafeRawBufferPointer?
  {
    var scanner = JSONScanner(payload, mode: .inbound, maximumDepth: JSONScanner.deepestNesting)
    scanner.skipWhitespace()
    guard scanner.next == ASCII.openBrace else { return nil }
    let members = try scanner.members(openContainers: 0)
    try scanner.finish()
    var key = key
    let found = key.withUTF8 { bytes in
      let wanted = JSONKey(content: UnsafeRawBufferPointer(bytes), isEscaped: false)
      return members.last { $0.key.key(in: payload) == wanted }
    }
    return found?.value.bytes(in: payload)
  }
}

import StrictJSON

/// Finds one key of a JSON object without reading the rest into values.
enum TopLevelMember {
  /// The JSON of the value, as it stands there; the last where a key repeats, nil where it is absent, or what is there begins
  /// as no object. Throws for an object that is no JSON.
  static func json(of key: String, in payload: UnsafeRawBufferPointer) throws(JSONError)
    -> UnsafeRawBufferPointer?
  {
    var scanner = JSONScanner(payload, mode: .inbound, maximumDepth: JSONScanner.deepestNesting)
    scanner.skipWhitespace()
    guard scanner.next == ASCII.openBrace else { return nil }
    var found: ByteSpan?
    if try scanner.openObject() {
      repeat {
        let name = try scanner.key()
        let value = try scanner.value(openContainers: 1)
        if JSONKey.with(key, { $0 == name.key(in: payload) }) { found = value }
      } while try scanner.continuesObject()
    }
    try scanner.finish()
    return found?.bytes(in: payload)
  }
}

/// A key that was pressed.
package enum TopKey: Sendable, Equatable {
  case character(Character)
  case enter, escape, backspace, interrupt

  /// The keys behind bytes that a terminal sends. Those that have no meaning here, as the arrows, are none.
  package static func all(in bytes: [UInt8]) -> [TopKey] {
    var keys: [TopKey] = []
    var text: [UInt8] = []
    func endText() {
      keys += String(decoding: text, as: UTF8.self).map { .character($0) }
      text = []
    }
    var rest = bytes[...]
    while let byte = rest.popFirst() {
      if byte >= 0x20, byte != 0x7F {
        text.append(byte)
        continue
      }
      endText()
      switch byte {
      case 0x03, 0x04: keys.append(.interrupt)
      case 0x08, 0x7F: keys.append(.backspace)
      case 0x0A, 0x0D: keys.append(.enter)
      case 0x1B where rest.first == UInt8(ascii: "[") || rest.first == UInt8(ascii: "O"): skipSequence(&rest)
      case 0x1B: keys.append(.escape)
      default: break
      }
    }
    endText()
    return keys
  }

  /// `ESC [`, figures, and a letter that ends it.
  private static func skipSequence(_ rest: inout ArraySlice<UInt8>) {
    rest.removeFirst()
    while let byte = rest.popFirst(), !(0x40...0x7E).contains(byte) {}
  }
}

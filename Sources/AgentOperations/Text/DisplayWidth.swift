/// How many columns of a terminal a text takes, and how it is made to take no more.
package enum DisplayWidth {
  /// Scripts and pictures whose characters are two columns wide.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
    0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD,
  ]

  package static func of(_ text: String) -> Int { text.reduce(0) { $0 + of($1) } }

  private static func of(_ character: Character) -> Int {
    guard let scalar = character.unicodeScalars.first?.value, scalar >= 0x1100 else { return 1 }
    return wide.contains { $0.contains(scalar) } ? 2 : 1
  }

  /// The beginning of `text` that fits, with a mark where something is missing.
  package static func cut(_ text: String, to width: Int) -> String {
    if of(text) <= width { return text }
    if width < 1 { return "" }
    var kept = ""
    var taken = 1  // the mark
    for character in text {
      taken += of(character)
      if taken > width { break }
      kept.append(character)
    }
    return kept + "…"
  }

  /// `text` with spaces up to `width`, behind it or before it.
  package static func padded(_ text: String, to width: Int, before: Bool = false) -> String {
    let spaces = String(repeating: " ", count: max(0, width - of(text)))
    return before ? spaces + text : text + spaces
  }
}

import StrictJSON

/// The Redis list that a message's final envelope goes to.
package enum ResultList {
  /// What every result list begins with, so that a message can name no other key.
  package static let prefix = prefixLiteral.description
  private static let prefixLiteral: StaticString = "result:"

  /// The list of a message that names none.
  package static func name(of messageID: String) -> String { prefix + messageID }

  /// Whether a list may be written to: more than the prefix, and within it. `literal` is what stands between the quotes of
  /// its JSON.
  static func isAllowed(_ literal: UnsafeRawBufferPointer) -> Bool {
    if literal.count > prefixLiteral.utf8CodeUnitCount {
      let written = UnsafeRawBufferPointer(rebasing: literal[..<prefixLiteral.utf8CodeUnitCount])
      // Within the prefix, a backslash makes the two differ.
      if JSONKey(content: written, isEscaped: false) == JSONKey(prefixLiteral) { return true }
    }
    guard JSONString.hasEscapes(literal) else { return false }
    let name = JSONString.text(of: literal).utf8
    return name.count > prefix.utf8.count && name.starts(with: prefix.utf8)
  }
}

/// Patterns as the server's commands take them.
package enum RedisPattern {
  /// A pattern that matches `text` and nothing else.
  package static func literal(_ text: String) -> String {
    var escaped = ""
    for character in text {
      if "*?[]\\^-".contains(character) { escaped.append("\\") }
      escaped.append(character)
    }
    return escaped
  }
}

/// The Redis list that a message's final envelope goes to.
package enum ResultList {
  /// What every result list begins with, so that a message can name no other key.
  package static let prefix = "result:"

  /// The list of a message that names none.
  package static func name(of messageID: String) -> String { prefix + messageID }

  /// Whether a list may be written to: more than the prefix, and within it.
  static func isAllowed(_ name: String) -> Bool {
    name.utf8.count > prefix.utf8.count && name.utf8.starts(with: prefix.utf8)
  }
}

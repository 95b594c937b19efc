/// Which dead letters are meant; what is nil is not asked for.
package struct DeadLetterFilter: Sendable {
  /// Entry ids.
  package var ids: Set<String>?
  /// The reason's code, or the beginning of the whole reason.
  package var reason: String?
  package var conversationID: String?
  package var messageID: String?
  /// Seconds since 1970: only what became a dead letter before.
  package var before: Double?
  /// Only what became one after.
  package var after: Double?

  package init() {}

  package func matches(_ letter: DeadLetter) -> Bool {
    if let ids, !ids.contains(letter.id) { return false }
    if let reason, !letter.reason.hasPrefix(reason) { return false }
    if let conversationID, letter.conversationID != conversationID { return false }
    if let messageID, letter.messageID != messageID { return false }
    // A time that is none is neither before nor after anything.
    if let before, !(letter.time < before) { return false }
    if let after, !(letter.time > after) { return false }
    return true
  }
}

/// `{conversation_id}:{seconds}` with nine decimals, of which the last three are random: two messages
/// of a conversation in one microsecond still differ.
package enum MessageID {
  package static func make(conversationID: String) -> String {
    let microseconds = Int(WallClock.now() * 1e6)
    let nanoseconds = microseconds % 1_000_000 * 1000 + Int.random(in: 0..<1000)
    let digits = String(nanoseconds)
    let padding = String(repeating: "0", count: 9 - digits.count)
    return "\(conversationID):\(microseconds / 1_000_000).\(padding)\(digits)"
  }
}

import Synchronization

/// `{conversation_id}:{seconds}` with nine decimals, of which the last three are random: so messages of a conversation
/// differ that two processes make in one microsecond. Those of one process always differ: a request that had the id of
/// another would be taken for it, and answered with its result.
package enum MessageID {
  /// The time in the last id, in nanoseconds since 1970.
  private static let last = Atomic<Int>(0)

  package static func make(conversationID: String) -> String {
    let time = time(notBefore: Int(WallClock.now() * 1e6) * 1000 + Int.random(in: 0..<1000))
    let digits = String(time % 1_000_000_000)
    let padding = String(repeating: "0", count: 9 - digits.count)
    return "\(conversationID):\(time / 1_000_000_000).\(padding)\(digits)"
  }

  /// A time that no id of this process has; also where the clock was set back.
  private static func time(notBefore wanted: Int) -> Int {
    var before = last.load(ordering: .relaxed)
    while true {
      let time = max(wanted, before + 1)
      let (isOurs, found) = last.weakCompareExchange(expected: before, desired: time, ordering: .relaxed)
      if isOurs { return time }
      before = found
    }
  }
}

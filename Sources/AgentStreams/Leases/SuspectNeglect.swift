import NIOCore

/// Whether suspects wait for a worker that does not come, or that does not get on: their number stays the same. Pure:
/// the caller has the clock.
struct SuspectNeglect {
  private var count = 0
  private var since = NIODeadline.distantPast

  /// There are none.
  mutating func endsNow() { count = 0 }

  /// `left`: how many there are.
  mutating func isTooLong(left: Int, at now: NIODeadline, patience: TimeAmount) -> Bool {
    if left != count {
      count = left
      since = now
    }
    return left > 0 && now - since >= patience
  }
}

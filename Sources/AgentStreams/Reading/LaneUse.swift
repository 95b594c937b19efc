import NIOCore

/// On which of a role's lanes its reader blocks: the main one, and those that had something lately. Pure: the caller
/// has the clock.
struct LaneUse {
  enum Look: Equatable {
    /// At every lane.
    case all
    /// At those in use.
    case used
  }

  /// Lanes that have come into use, or gone out of it.
  struct Change: Equatable {
    var used: [Int] = []
    var idle: [Int] = []
  }

  /// How long a lane stays in use after its last entry.
  static let lastingUse = TimeAmount.seconds(60)

  private let main: Int
  /// nil: not in use.
  private var lastUse: [NIODeadline?]
  /// Whether idle lanes have been named as such.
  private var isAnnounced = false
  /// There may be something on a lane that is not in use.
  var mustLook = true

  init(count: Int, always main: Int) {
    self.main = main
    lastUse = Array(repeating: nil, count: count)
  }

  mutating func next() -> Look {
    defer { mustLook = false }
    return mustLook ? .all : .used
  }

  func lanes(of look: Look) -> [Int] {
    lastUse.indices.filter { look == .all || $0 == main || lastUse[$0] != nil }
  }

  /// `gave`: whether each lane had something.
  mutating func received(_ gave: [Bool], at now: NIODeadline) -> Change {
    var change = Change()
    for lane in lastUse.indices where lane != main {
      let wasUsed = lastUse[lane] != nil
      if gave[lane] {
        lastUse[lane] = now
      } else if let last = lastUse[lane], now - last > Self.lastingUse {
        lastUse[lane] = nil
      }
      let isUsed = lastUse[lane] != nil
      if isUsed, !wasUsed { change.used.append(lane) }
      if !isUsed, wasUsed || !isAnnounced { change.idle.append(lane) }
    }
    isAnnounced = true
    return change
  }
}

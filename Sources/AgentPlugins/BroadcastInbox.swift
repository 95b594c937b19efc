import DequeModule
import Synchronization

/// What is said to agents of a role, or to all.
package struct Broadcast: Sendable, Equatable {
  /// Whom it is for; nil: all.
  package var role: String?
  package var text: String

  package init(role: String?, text: String) {
    self.role = role
    self.text = text
  }
}

/// What an agent is yet to hear: in order, one at a time. The oldest is lost to one that does not keep up.
final class BroadcastInbox: Sendable {
  static let maximumWaiting = 1024

  private struct State {
    var waiting: Deque<Broadcast> = []
    var isEmptying = false
    var missed = 0
    /// Set once nothing more is taken.
    var end: (@Sendable () -> Void)?
    var hasEnded = false
  }

  private let state = Mutex(State())

  /// True where somebody is to begin to empty it.
  func add(_ broadcast: Broadcast) -> Bool {
    state.withLock { state in
      if state.hasEnded { return false }
      if state.waiting.count == Self.maximumWaiting {
        state.waiting.removeFirst()
        state.missed += 1
      }
      state.waiting.append(broadcast)
      defer { state.isEmptying = true }
      return !state.isEmptying
    }
  }

  var hasEnded: Bool { state.withLock { $0.hasEnded } }

  enum Next {
    case broadcast(Broadcast)
    /// It is empty; so many have been lost since it was empty before.
    case empty(missed: Int)
  }

  /// For whoever empties it, until it is empty.
  func next() -> Next {
    let (next, end) = state.withLock { state -> (Next, (@Sendable () -> Void)?) in
      if let next = state.waiting.popFirst() { return (.broadcast(next), nil) }
      state.isEmptying = false
      defer { state.missed = 0 }
      return (.empty(missed: state.missed), state.end.take())
    }
    end?()
    return next
  }

  /// Takes nothing more; `body` is called when the last has been heard.
  func finish(_ body: @escaping @Sendable () -> Void) {
    let isEmpty = state.withLock { state in
      state.hasEnded = true
      if state.isEmptying { state.end = body }
      return !state.isEmptying
    }
    if isEmpty { body() }
  }
}

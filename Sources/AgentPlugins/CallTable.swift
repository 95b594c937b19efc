import Synchronization

/// Names one call into an agent: a slot of the table and how often it has been used before,
/// so that a completion that comes late finds that its call has ended.
package struct CallToken: Sendable, Hashable {
  let index: UInt32
  let generation: UInt32

  init(index: UInt32, generation: UInt32) {
    self.index = index
    self.generation = generation
  }

  init(rawValue: UInt64) {
    index = UInt32(truncatingIfNeeded: rawValue)
    generation = UInt32(truncatingIfNeeded: rawValue >> 32)
  }

  /// What the agent sees; never 0, since generations begin at 1.
  package var rawValue: UInt64 { UInt64(generation) << 32 | UInt64(index) }

  /// Which slot of the table; small, dense, reused after the call has ended.
  package var slot: Int { Int(index) }
}

/// How a call into an agent ended.
package enum CallResult: Sendable, Equatable {
  case actions([AgentAction])
  case failure(String)
}

package struct CallCompletion: Sendable {
  package let token: CallToken
  package let result: CallResult
}

/// All calls that agents have not completed yet. Completions come from any thread, are
/// accepted once, and are taken by the host many at a time: it is woken for the first only.
package final class CallTable: Sendable {
  fileprivate struct State {
    /// How often each slot has been used, from 1.
    var generations: [UInt32] = []
    var isOpen: [Bool] = []
    /// What agents work on, by the slots.
    var messages: [(any AgentMessage)?] = []
    var freeSlots: [UInt32] = []
    var completions: [CallCompletion] = []
  }

  private let state = Mutex(State())
  private let record: CrashRecord?
  private let wake: @Sendable () -> Void

  /// `wake` is called from the thread of a completion when there was none before it.
  package init(record: CrashRecord? = nil, wake: @escaping @Sendable () -> Void) {
    self.record = record
    self.wake = wake
  }

  package func open() -> CallToken {
    state.withLock { state in
      if let slot = state.freeSlots.popLast() {
        state.isOpen[Int(slot)] = true
        return CallToken(index: slot, generation: state.generations[Int(slot)])
      }
      let slot = UInt32(state.generations.count)
      state.generations.append(1)
      state.isOpen.append(true)
      state.messages.append(nil)
      return CallToken(index: slot, generation: 1)
    }
  }

  /// Ends the call with a result. False where it had ended before.
  func complete(_ token: CallToken, _ result: CallResult) -> Bool {
    // What nobody needs any more goes when the lock is free.
    let (accepted, isFirst, _) = state.withLock { state in
      guard state.isOpen(token) else { return (false, false, (any AgentMessage)?.none) }
      let message = state.end(token)
      state.completions.append(CallCompletion(token: token, result: result))
      return (true, state.completions.count == 1, message)
    }
    if accepted { record?.end(token) }
    if isFirst { wake() }
    return accepted
  }

  /// Ends the call without a result: what the agent still says about it is dropped. False where it had ended.
  package func revoke(_ token: CallToken) -> Bool {
    let (wasOpen, _) = state.withLock { state in
      guard state.isOpen(token) else { return (false, (any AgentMessage)?.none) }
      let message = state.end(token)
      state.free(token)
      return (true, message)
    }
    if wasOpen { record?.end(token) }
    return wasOpen
  }

  /// The agent's `process` is about to be called; false where nobody waits for the call any more.
  func begin(_ token: CallToken, of agent: CrashRecord.Agent, on message: any AgentMessage) -> Bool {
    record?.begin(token, of: agent, on: message)
    let isOpen = state.withLock { state in
      guard state.isOpen(token) else { return false }
      state.messages[token.slot] = message
      return true
    }
    // It may have been revoked before it had begun.
    if !isOpen { record?.end(token) }
    return isOpen
  }

  /// What an agent works on; nil where it is no message, or where nobody waits for the call any more.
  func message(of token: CallToken) -> (any AgentMessage)? {
    state.withLock { $0.isOpen(token) ? $0.messages[token.slot] : nil }
  }

  /// The token of the call that is open in a slot; nil where none is.
  package func token(openAt slot: Int) -> CallToken? {
    state.withLock { state in
      guard slot < state.isOpen.count, state.isOpen[slot] else { return nil }
      return CallToken(index: UInt32(slot), generation: state.generations[slot])
    }
  }

  /// Puts all completions since the last call in place of what is in `completions`; their slots may be used again. The room
  /// that the list has is used for the next ones, so that none is made while agents' threads wait for the lock.
  package func takeCompletions(into completions: inout [CallCompletion]) {
    completions.removeAll(keepingCapacity: true)
    state.withLock { state in
      swap(&state.completions, &completions)
      for completion in completions { state.free(completion.token) }
    }
  }
}

extension CallTable.State {
  fileprivate func isOpen(_ token: CallToken) -> Bool {
    let slot = Int(token.index)
    return slot < generations.count && generations[slot] == token.generation && isOpen[slot]
  }

  /// Returns what the call was about.
  fileprivate mutating func end(_ token: CallToken) -> (any AgentMessage)? {
    isOpen[token.slot] = false
    return messages[token.slot].take()
  }

  fileprivate mutating func free(_ token: CallToken) {
    let slot = Int(token.index)
    generations[slot] = generations[slot] == .max ? 1 : generations[slot] + 1
    freeSlots.append(token.index)
  }
}

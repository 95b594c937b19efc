import Synchronization

/// The tasks of one agent by their tokens, so that the host can cancel them. A cancel may come before
/// the call it means has begun here, while it begins, and after it has ended.
final class RunningTasks: Sendable {
  /// How many cancels of tokens not seen yet are remembered. Most are of tokens that have just ended
  /// and mean nothing; one that came early matters until its call begins, a moment later.
  static let rememberedCancels = 256

  private enum Entry {
    case beginning(cancelled: Bool)
    case running(Task<Void, Never>)
  }

  private struct State {
    var entries: [agenthost_token_v1: Entry] = [:]
    var earlyCancels: [agenthost_token_v1] = []
    var oldestEarlyCancel = 0
  }

  private let state = Mutex(State())

  /// Before the task is made.
  func begin(_ token: agenthost_token_v1) {
    state.withLock { state in
      // Tokens are never reused, so what stays behind in the list matches nothing again.
      state.entries[token] = .beginning(cancelled: state.earlyCancels.contains(token))
    }
  }

  /// After the task was made; it may have ended by now.
  func store(_ task: Task<Void, Never>, for token: agenthost_token_v1) {
    let cancelled = state.withLock { state in
      guard case .beginning(let cancelled) = state.entries[token] else { return false }
      state.entries[token] = .running(task)
      return cancelled
    }
    if cancelled { task.cancel() }
  }

  /// When the task has ended.
  func end(_ token: agenthost_token_v1) {
    state.withLock { _ = $0.entries.removeValue(forKey: token) }
  }

  func cancel(_ token: agenthost_token_v1) {
    let task: Task<Void, Never>? = state.withLock { state in
      switch state.entries[token] {
      case .running(let task): return task
      case .beginning: state.entries[token] = .beginning(cancelled: true)
      case nil: Self.remember(token, in: &state)
      }
      return nil
    }
    // Outside the lock: cancellation handlers are the author's code.
    task?.cancel()
  }

  private static func remember(_ token: agenthost_token_v1, in state: inout State) {
    if state.earlyCancels.count < rememberedCancels {
      state.earlyCancels.append(token)
    } else {
      state.earlyCancels[state.oldestEarlyCancel] = token
      state.oldestEarlyCancel = (state.oldestEarlyCancel + 1) % rememberedCancels
    }
  }
}

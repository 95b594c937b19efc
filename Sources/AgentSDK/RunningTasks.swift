import Synchronization

/// The tasks of one agent by their tokens, so that the host can cancel them. A cancel may come before
/// the call it means has begun here, and after it has ended.
final class RunningTasks: Sendable {
  private let parts = (0..<RunningTasks.count).map { _ in Part() }

  /// Threads that begin and end tasks at a time seldom meet in one part.
  private static let count = 8

  /// Before the task begins.
  func begin(_ task: Task<Void, Never>, for token: agenthost_token_v1) {
    part(of: token).begin(task, for: token)
  }

  /// When the task has ended.
  func end(_ token: agenthost_token_v1) { part(of: token).end(token) }

  func cancel(_ token: agenthost_token_v1) { part(of: token).cancel(token) }

  private func part(of token: agenthost_token_v1) -> Part {
    parts[Int(truncatingIfNeeded: token) & (Self.count - 1)]
  }
}

extension RunningTasks {
  fileprivate final class Part: Sendable {
    /// How many cancels of tokens not seen yet are remembered. Most are of tokens that have just ended
    /// and mean nothing; one that came early matters until its call begins, a moment later.
    private static let rememberedCancels = 32

    private struct State {
      var tasks: [agenthost_token_v1: Task<Void, Never>] = [:]
      var earlyCancels: [agenthost_token_v1] = []
      var oldestEarlyCancel = 0
    }

    private let state = Mutex(State())

    func begin(_ task: Task<Void, Never>, for token: agenthost_token_v1) {
      let cancelled = state.withLock { state in
        state.tasks[token] = task
        // Tokens are never reused, so what stays behind in the list matches nothing again.
        return state.earlyCancels.contains(token)
      }
      if cancelled { task.cancel() }
    }

    func end(_ token: agenthost_token_v1) {
      state.withLock { _ = $0.tasks.removeValue(forKey: token) }
    }

    func cancel(_ token: agenthost_token_v1) {
      let task = state.withLock { state in
        let task = state.tasks[token]
        if task == nil { Self.remember(token, in: &state) }
        return task
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
}

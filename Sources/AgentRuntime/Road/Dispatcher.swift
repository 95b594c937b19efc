package import AgentPlugins
import AgentStreams
import NIOCore
package import RedisClient

/// The stage after the agents: takes what they made of their messages.
@IOActor
protocol OutcomeReceiver: AnyObject, Sendable {
  /// Whose outcomes it takes.
  nonisolated var instance: AgentInstance { get }
  /// What becomes of those that the server refuses.
  nonisolated var refusals: Refusals { get }

  func receive(_ outcome: Outcome)
}

/// How an agent's work on a message ended.
package struct Outcome: Sendable {
  package enum Result: Sendable {
    case actions([AgentAction])
    case failed(String)
    case timedOut
    /// The host ends before the agent did.
    case handedBack
    /// The request was cancelled.
    case cancelled
    /// Somebody else has the entry now.
    case lost
  }

  let message: AdmittedMessage
  let result: Result
  let end: NIODeadline
}

/// Hands messages to agents and waits for their outcomes, each for as long as its message allows.
@IOActor
package final class Dispatcher {
  private enum Call {
    case message(AdmittedMessage)
    case lifecycle(LifecycleCall)
  }

  /// A call of `start`, `stop` and the like. An object: most calls are messages, and cost less to hand on beside one.
  private final class LifecycleCall {
    let continuation: CheckedContinuation<CallResult?, Never>
    /// An agent that must not be stopped meanwhile.
    let instance: AgentInstance?

    init(_ continuation: CheckedContinuation<CallResult?, Never>, of instance: AgentInstance?) {
      self.continuation = continuation
      self.instance = instance
    }
  }

  package nonisolated let calls: CallTable
  /// Cancellation runs code of the agent's, so neither on the host's loop nor on threads that may spin.
  private let cancellers = PluginThreads(name: "cancel", maximum: 2)
  private var open: [Call?] = []
  private var openMessages = 0
  /// Those that are being looked at, and then their room.
  private var completions: [CallCompletion] = []
  private var timer: (deadline: NIODeadline, scheduled: Scheduled<Void>)?
  package private(set) var timeouts = 0

  /// `record`: where it is written down what agents work on.
  package init(record: CrashRecord?) {
    let inbox = CompletionInbox()
    calls = CallTable(record: record) {
      IOActor.execute { inbox.dispatcher?.takeCompletions() }
    }
    inbox.dispatcher = self
  }

  /// Messages that agents are working on.
  package var messagesInWork: Int { openMessages }

  /// Whether `instance` has a message in work.
  package func isWorking(_ instance: AgentInstance) -> Bool {
    open.contains { call in
      switch call {
      case .message(let message): message.instance === instance
      case .lifecycle(let call): call.instance === instance
      case nil: false
      }
    }
  }

  /// All of them for one agent.
  func dispatch(_ messages: [AdmittedMessage], to instance: AgentInstance) {
    var work: [PluginWork] = []
    work.reserveCapacity(messages.count)
    var earliest = NIODeadline.distantFuture
    for message in messages {
      let token = calls.open()
      earliest = min(earliest, message.deadline)
      insert(.message(message), at: token)
      work.append(.message(token, message))
    }
    openMessages += messages.count
    instance.library.threads.enqueue(contentsOf: work)
    armTimer(for: earliest)
  }

  /// Calls `start` or `stop` of an agent; nil when it has not completed within `seconds`, or, where it `endsWithTask`,
  /// when the task is cancelled before that.
  func lifecycle(
    of instance: AgentInstance? = nil, within seconds: Double, endsWithTask: Bool = false,
    _ call: (CallToken) -> Void
  ) async -> CallResult? {
    let token = calls.open()
    let timeout = IOActor.eventLoop.scheduleTask(in: .fractional(seconds: seconds)) {
      IOActor.assumeIsolated { self.expireLifecycle(token) }
    }
    defer { timeout.cancel() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        insert(.lifecycle(LifecycleCall(continuation, of: instance)), at: token)
        // Cancelled before there was anything to expire.
        if endsWithTask, Task.isCancelled { expireLifecycle(token) } else { call(token) }
      }
    } onCancel: {
      if endsWithTask { IOActor.execute { self.expireLifecycle(token) } }
    }
  }

  private func expireLifecycle(_ token: CallToken) {
    guard open.indices.contains(token.slot), case .lifecycle = open[token.slot], calls.revoke(token),
      case .lifecycle(let call) = take(token)
    else { return }
    if let instance = call.instance { cancellers.enqueue(.call { instance.cancel(token) }) }
    call.continuation.resume(returning: nil)
  }

  /// Ends all work: every message goes back to where it came from.
  func handBackAll() {
    end { _ in .handedBack }
  }

  /// Ends all work, and leaves every message where it is: pending, for whoever takes it over.
  func leaveAll() {
    end { _ in .lost }
  }

  /// Ends the work on requests that have been cancelled.
  func cancel(_ messageIDs: Set<String>) {
    if messageIDs.isEmpty { return }
    end { message in messageIDs.contains(message.messageID) ? .cancelled : nil }
  }

  /// Ends the work on entries that somebody else has now.
  func abandon(_ ids: [StreamID], of source: DeliverySource) {
    let ids = Set(ids)
    end { message in
      let delivery = message.delivery
      return delivery.source === source && ids.contains(delivery.entry.position) ? .lost : nil
    }
  }

  private func insert(_ call: Call, at token: CallToken) {
    while open.count <= token.slot { open.append(nil) }
    open[token.slot] = call
  }

  private func take(_ token: CallToken) -> Call? { open[token.slot].take() }

  private func takeCompletions() {
    let now = NIODeadline.now()
    calls.takeCompletions(into: &completions)
    for completion in completions {
      switch take(completion.token) {
      case .message(let message):
        openMessages -= 1
        let result: Outcome.Result =
          switch completion.result {
          case .actions(let actions): .actions(actions)
          case .failure(let text): .failed(text)
          }
        message.outcomes.receive(Outcome(message: message, result: result, end: now))
      case .lifecycle(let call): call.continuation.resume(returning: completion.result)
      case nil: break
      }
    }
    completions.removeAll(keepingCapacity: true)
  }

  /// Ends each message for which `result` gives a reason, and cancels its agent's work.
  private func end(_ result: (AdmittedMessage) -> Outcome.Result?) {
    let now = NIODeadline.now()
    for (slot, call) in open.enumerated() {
      guard case .message(let message) = call, let reason = result(message),
        let token = calls.token(openAt: slot), calls.revoke(token)
      else { continue }
      open[slot] = nil
      openMessages -= 1
      let instance = message.instance
      instance.library.threads.discard(token)
      cancellers.enqueue(.call { instance.cancel(token) })
      message.outcomes.receive(Outcome(message: message, result: reason, end: now))
    }
  }

  /// One timer, for the earliest deadline. What is open is bounded by the agents' slots, so a look
  /// through all of it when the timer fires is cheaper than an ordered structure for every message.
  private func armTimer(for deadline: NIODeadline) {
    if let timer, timer.deadline <= deadline { return }
    timer?.scheduled.cancel()
    let scheduled = IOActor.eventLoop.scheduleTask(deadline: deadline) {
      IOActor.assumeIsolated { self.timerFired() }
    }
    timer = (deadline, scheduled)
  }

  private func timerFired() {
    timer = nil
    let now = NIODeadline.now()
    var earliest: NIODeadline?
    end { message in
      let deadline = message.deadline
      guard deadline > now else {
        timeouts += 1
        return .timedOut
      }
      earliest = min(earliest ?? deadline, deadline)
      return nil
    }
    if let earliest { armTimer(for: earliest) }
  }
}

/// Where completions are announced; the table that announces them is older than the dispatcher.
@IOActor
private final class CompletionInbox {
  weak var dispatcher: Dispatcher?

  nonisolated init() {}
}

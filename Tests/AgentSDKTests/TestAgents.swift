import AgentSDK
import Synchronization

/// Answers with the reply that was left under the payload's text.
struct ReplyingAgent: Agent {
  static let replies = Mutex<[String: Reply]>([:])

  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    Self.replies.withLock { $0[String(decoding: message.payload, as: UTF8.self)] } ?? .nothing
  }
}

/// Waits until it is cancelled.
struct EndlessAgent: Agent {
  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    await Gate().pass()
    try Task.checkCancellation()
    return .nothing
  }
}

struct Broken: Error, CustomStringConvertible { var description: String }

/// Fails where its payload says so.
struct ThrowingAgent: Agent {
  func start(context: AgentContext) async throws { throw Broken(description: "no database") }

  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    throw Broken(description: String(decoding: message.payload, as: UTF8.self))
  }
}

/// Cannot be made.
struct UnmakeableAgent: Agent {
  init() throws { throw Broken(description: "no licence") }
  func process(_ message: Message, context: AgentContext) async throws -> Reply { .nothing }
}

/// Tells what it sees of its message and surroundings.
struct ObservingAgent: Agent {
  static let version = "1.2"
  static let concurrency = 3

  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    context.log.warning("on \(context.role) as \(context.name)")
    // Whoever gives up a thread goes on where he was if what wakes him comes before he sleeps; so more than once.
    for _ in 0..<1_000 where !FakeHost.isPluginThread { await Task.yield() }
    let seen = "\(message.senderRole) \(message.timeout) \(message.processCount) \(FakeHost.isPluginThread)"
    return .result(.merging(json: Array(seen.utf8)))
  }
}

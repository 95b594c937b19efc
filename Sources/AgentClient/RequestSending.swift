import AgentStreams
import RedisClient

extension Request {
  /// Gives the request to its role.
  @IOActor
  func send(_ client: RedisClient, keys: Keys) async throws(AgentClientError) -> SentRequest {
    let reply: RedisReply
    do throws(RedisError) {
      reply = options.isPlain ? try await add(client, keys) : try await callScript(client, keys)
    } catch {
      throw AgentClientError(.unreachable, error.description)
    }
    if options.isPlain, !reply.root.isNull { return SentRequest(messageID: messageID, wasKnown: false) }
    let words = reply.root.elements?.compactMap(\.string) ?? []
    switch words.last {
    case "sent": return SentRequest(messageID: messageID, wasKnown: false)
    case "known": return SentRequest(messageID: words[0], wasKnown: true)
    default:
      throw AgentClientError(
        .noSuchRole, "nobody has ever served the role \"\(role)\"; is agenthost running?")
    }
  }

  /// The server's times end long before what a duration can be.
  private static func count(_ unit: Duration, in duration: Duration) -> Int {
    Int(max(-longest, min(longest, duration / unit)))
  }

  private static let longest = 1e12

  /// One command where one will do.
  @IOActor
  private func add(_ client: RedisClient, _ keys: Keys) async throws(RedisError) -> RedisReply {
    var command = RedisCommand("XADD", capacity: envelope.count + 256)
    command.append(keys.roleStream(role))
    command.append("NOMKSTREAM")
    command.append("*")
    command.append("envelope")
    command.append(envelope)
    return try await client.send(command)
  }

  @IOActor
  private func callScript(_ client: RedisClient, _ keys: Keys) async throws(RedisError) -> RedisReply {
    let priority = Priority(rawValue: options.priority.rawValue) ?? .normal
    let window =
      options.idempotencyKey == nil ? 0 : max(1, Self.count(.seconds(1), in: options.idempotencyWindow))
    let names = [
      keys.roleStream(role, priority), keys.roleStream(role), keys.delayed(role),
      keys.idempotency(options.idempotencyKey ?? messageID),
    ]
    return try await StreamScript.send.call(client, capacity: envelope.count + 512) { command in
      command.append(names.count)
      for name in names { command.append(name) }
      command.append(messageID)
      command.append(envelope)
      command.append(priority.rawValue)
      command.append(max(0, Self.count(.milliseconds(1), in: options.delay ?? .zero)))
      command.append(window)
      // Those who serve the role look by themselves, but not as often.
      let isDueSoon = options.delay.map { $0 < DelayedMessages.longestWait } ?? false
      command.append(isDueSoon ? keys.broadcastRole(role) : "")
      command.append(DesiredChange.look)
    }
  }
}

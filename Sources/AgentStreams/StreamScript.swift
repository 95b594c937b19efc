import NIOCore
package import RedisClient

/// A script that runs within the server, which knows it by its digest once it has been loaded.
@IOActor
package final class StreamScript {
  /// How often a script may turn out to be forgotten before the call fails.
  private static let maximumLoads = 3

  package nonisolated let source: String
  private var digest: String?

  package nonisolated init(source: String) {
    self.source = source
  }

  nonisolated convenience init(resource: [UInt8]) {
    self.init(source: String(decoding: resource, as: UTF8.self))
  }

  /// Calls the script; `arguments` appends the number of keys, the keys and the arguments, again when the server
  /// has forgotten the script meanwhile. Sent once: whether twice is safe is for the caller to say.
  package func call(
    _ client: RedisClient, capacity: Int = 512, arguments: @IOActor (inout RedisCommand) -> Void
  ) async throws(RedisError) -> RedisReply {
    var loads = 0
    while true {
      var command = RedisCommand("EVALSHA", capacity: capacity)
      command.append(try await digest(client))
      arguments(&command)
      do throws(RedisError) {
        // Without a copy, which would cost one of all bytes.
        return try await client.send(consume command)
      } catch {
        guard error.meaning == .scriptMissing, loads < Self.maximumLoads else { throw error }
        loads += 1
        digest = nil
      }
    }
  }

  /// Calls the script with these keys and arguments.
  package func call(
    _ client: RedisClient, keys: [String], _ arguments: [String]
  ) async throws(RedisError) -> RedisReply {
    try await call(client) { command in
      command.append(keys.count)
      for key in keys { command.append(key) }
      for argument in arguments { command.append(argument) }
    }
  }

  private func digest(_ client: RedisClient) async throws(RedisError) -> String {
    if let digest { return digest }
    let reply = try await client.send(RedisCommand("SCRIPT", "LOAD", source), effect: .repeatable)
    guard let loaded = reply.root.string else { throw .unexpectedReply(command: "SCRIPT LOAD") }
    digest = loaded
    return loaded
  }
}

extension StreamScript {
  package nonisolated static let commit = StreamScript(resource: PackageResources.commit_lua)
  package nonisolated static let commitForward = StreamScript(resource: PackageResources.commit_forward_lua)
  nonisolated static let join = StreamScript(resource: PackageResources.join_lua)
  nonisolated static let leaveGroup = StreamScript(resource: PackageResources.leave_group_lua)
  nonisolated static let retireAgent = StreamScript(resource: PackageResources.retire_agent_lua)
  package nonisolated static let renew = StreamScript(resource: PackageResources.renew_lua)
  package nonisolated static let takeOver = StreamScript(resource: PackageResources.take_over_lua)
  package nonisolated static let moveDue = StreamScript(resource: PackageResources.move_due_lua)
  nonisolated static let anyPending = StreamScript(resource: PackageResources.any_pending_lua)
  nonisolated static let countCrash = StreamScript(resource: PackageResources.count_crash_lua)
  nonisolated static let trim = StreamScript(resource: PackageResources.trim_lua)
  nonisolated static let announce = StreamScript(resource: PackageResources.announce_lua)
  nonisolated static let cancel = StreamScript(resource: PackageResources.cancel_lua)
  nonisolated static let setDesired = StreamScript(resource: PackageResources.set_desired_lua)
  nonisolated static let firstAfter = StreamScript(resource: PackageResources.first_after_lua)
  nonisolated static let noteCode = StreamScript(resource: PackageResources.note_code_lua)
  package nonisolated static let deadLetters = StreamScript(resource: PackageResources.dead_letters_lua)
  package nonisolated static let send = StreamScript(resource: PackageResources.send_lua)
}

package import RedisClient

/// What operators want of all hosts. The hash in the server is what counts; messages only say that it has changed.
package struct DesiredState: Sendable, Equatable {
  /// Differs after every change, also from what a server had before it lost something; a failover can lower it.
  package var version = 0
  /// The version at which a reload was asked for last.
  package var reloads = 0
  /// The same for single libraries, by their names.
  package var namedReloads: [String: Int] = [:]
  /// The version at which new workers were asked for last.
  package var replacements = 0
  package var pausedRoles: Set<String> = []
  /// How many agents of a role each worker that serves it is to have, instead of what is said beside its library.
  package var instances: [String: Int] = [:]
  /// Code that no host loads, by its hash.
  package var quarantined: [String: Quarantine] = [:]

  static let pausedPrefix = "paused:"
  static let instancesPrefix = "instances:"
  static let quarantinePrefix = "quarantine:"
  static let reloadField = "reload"
  static let namedReloadPrefix = "reload:"
  static let replaceField = "replace"

  package init() {}

  init(_ reply: RedisReply) throws(RedisError) {
    guard var fields = reply.root.elements else { throw .unexpectedReply(command: "HGETALL") }
    while let name = fields.next()?.string, let value = fields.next()?.string {
      switch name {
      case "version": version = Int(value) ?? 0
      case Self.reloadField: reloads = Int(value) ?? 0
      case Self.replaceField: replacements = Int(value) ?? 0
      case _ where name.hasPrefix(Self.namedReloadPrefix):
        namedReloads[String(name.dropFirst(Self.namedReloadPrefix.count))] = Int(value) ?? 0
      case _ where name.hasPrefix(Self.pausedPrefix):
        pausedRoles.insert(String(name.dropFirst(Self.pausedPrefix.count)))
      case _ where name.hasPrefix(Self.instancesPrefix):
        instances[String(name.dropFirst(Self.instancesPrefix.count))] = Int(value)
      case _ where name.hasPrefix(Self.quarantinePrefix):
        let hash = String(name.dropFirst(Self.quarantinePrefix.count))
        quarantined[hash] = Quarantine(reading: value)
      default: break  // a later host's
      }
    }
  }

  @IOActor
  package static func read(_ client: RedisClient, keys: Keys) async throws(RedisError) -> DesiredState {
    try DesiredState(try await client.send(RedisCommand("HGETALL", keys.desired), effect: .repeatable))
  }
}

/// A change of the desired state.
package enum DesiredChange: Sendable, Equatable {
  case reload
  /// One library, by its file's name without what all have.
  case reloadOne(name: String)
  /// Every worker is to be replaced by a new one.
  case replaceWorkers
  case pause(role: String)
  case resume(role: String)
  /// So many agents in each worker that serves the role; nil: as many as is said beside its library.
  case scale(role: String, instances: Int?)
  /// Code with this hash is not loaded any more, and taken out where it is.
  case quarantine(hash: String, Quarantine)
  /// More is known of what is quarantined; where it is not any more, nothing changes.
  case amend(hash: String, Quarantine)
  case lift(hash: String)

  /// Tells hosts that there is something to look at.
  package static let look = #"{"kind":"control","command":"look"}"#

  /// What has come of a change.
  package struct Made: Sendable {
    /// Of the desired state, from now on.
    package var version = 0
    /// Workers that heard of it at once.
    package var heard = 0

    package init(version: Int = 0, heard: Int = 0) {
      self.version = version
      self.heard = heard
    }
  }

  /// Makes the change, and tells all hosts to look.
  @IOActor
  @discardableResult
  package func make(_ client: RedisClient, keys: Keys) async throws(RedisError) -> Made {
    let words =
      switch self {
      case .reload: ["ask", DesiredState.reloadField, ""]
      case .reloadOne(let name): ["ask", DesiredState.namedReloadPrefix + name, ""]
      case .replaceWorkers: ["ask", DesiredState.replaceField, ""]
      case .pause(let role): ["set", DesiredState.pausedPrefix + role, "1"]
      case .resume(let role): ["delete", DesiredState.pausedPrefix + role, ""]
      case .scale(let role, let instances?): ["set", DesiredState.instancesPrefix + role, String(instances)]
      case .scale(let role, nil): ["delete", DesiredState.instancesPrefix + role, ""]
      case .quarantine(let hash, let quarantine):
        ["set", DesiredState.quarantinePrefix + hash, quarantine.json]
      case .amend(let hash, let quarantine):
        ["amend", DesiredState.quarantinePrefix + hash, quarantine.json]
      case .lift(let hash): ["delete", DesiredState.quarantinePrefix + hash, ""]
      }
    let reply = try await StreamScript.setDesired.call(
      client, keys: [keys.desired], [keys.broadcastAll, Self.look] + words)
    // Lifted by a human: what it did before no longer counts.
    if case .lift(let hash) = self {
      _ = try await client.send(RedisCommand("DEL", keys.crashes(hash)), effect: .repeatable)
    }
    guard let numbers = reply.root.elements.map({ $0.compactMap(\.integer) }), numbers.count == 2 else {
      throw .unexpectedReply(command: "the script that changes the desired state")
    }
    return Made(version: numbers[0], heard: numbers[1])
  }
}

import AgentRuntime
import AgentStreams

extension Check {
  static let orphans: [Check] = [
    .system("orphan-entries") { system, examination in
      system.snapshot.roles.compactMap { role in
        let left = system.leftBehind(role.role, examination.settings).filter { $0.pending > 0 }
        guard !left.isEmpty else { return nil }
        let count = left.reduce(0) { $0 + $1.pending }
        return Finding(
          .problem, [role.role],
          found:
            "consumers that are gone hold \(FigureText.count(count, "message")), and nobody takes over",
          fix: role.agents == 0
            ? "run a host that serves this role: it takes over what the dead held"
            : "see the logs of the hosts that serve it; `agenthost worker replace`")
      }
    },
    .system("ghost-consumers") { system, examination in
      let ghosts = system.snapshot.roles.map { role in
        (role.role, system.leftBehind(role.role, examination.settings).count { $0.pending == 0 })
      }.filter { $0.1 > 0 }
      guard !ghosts.isEmpty else { return [] }
      let count = ghosts.reduce(0) { $0 + $1.1 }
      return [
        Finding(
          .advice, ghosts.map(\.0),
          found:
            "still named there for workers that are gone, and holding nothing: "
            + FigureText.count(count, "consumer"),
          fix: "a host that serves these roles removes them")
      ]
    },
    .system("orphan-streams") { system, examination in
      let orphans = system.orphanStreams(examination.settings)
      guard !orphans.isEmpty else { return [] }
      let count = orphans.reduce(0) { $0 + $1.length }
      return [
        Finding(
          .problem, orphans.map(\.stream),
          found: "streams of agents that no living worker has hold \(FigureText.count(count, "message"))",
          fix:
            "run a host that serves their roles, which takes them over while their consumers are known; else see "
            + "them by redis-cli XRANGE, send again what counts, and DEL the stream")
      ]
    },
  ]
}

extension SystemReading {
  private var living: Set<String> { Set(snapshot.workers.map(\.incarnation)) }

  /// Consumers of a role that are gone for longer than others need to find them.
  func leftBehind(_ role: String, _ settings: Settings) -> [GroupStatus.Consumer] {
    let living = living
    return roleGroups[role, default: []].flatMap(\.consumers).filter { consumer in
      guard let name = ConsumerName(consumer.name) else {
        // Somebody else's: it may only be quiet, unless it has kept something for too long.
        let patience =
          max(settings.lease, settings.foreignLease) + DoctorLimits.takeoverLeases * settings.lease
        return consumer.pending > 0 && consumer.idle > patience
      }
      return !living.contains(name.incarnation)
        && consumer.idle > DoctorLimits.takeoverLeases * settings.lease
    }
  }

  /// Streams with messages whose agents are gone, by their names.
  func orphanStreams(_ settings: Settings) -> [GroupStatus] {
    let agents = Set(snapshot.workers.flatMap(\.agents).map(\.id))
    return agentGroups.filter { id, group in
      let patience = max(settings.lease, settings.foreignLease)
      return group.length > 0 && !agents.contains(id)
        && group.consumers.allSatisfy { consumer in
          let isOurs = ConsumerName(consumer.name) != nil
          return consumer.idle > (isOurs ? DoctorLimits.takeoverLeases * settings.lease : patience)
        }
    }.values.sorted { $0.stream < $1.stream }
  }
}

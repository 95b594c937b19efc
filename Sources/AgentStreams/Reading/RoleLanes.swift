import RedisClient

/// The streams on which a role's work lies, most urgent first: one for each priority, and the one that is named
/// `normal` beside the role's own.
package struct RoleLanes: Sendable {
  package let sources: [DeliverySource]
  /// Where the role's own stream stands among them.
  let main: Int

  package init(keys: Keys, role: String, consumer: String, slots: Slots) {
    let streams: [(String, Priority)] = [
      (keys.priorityStream(role, .high), .high), (keys.roleStream(role), .normal),
      (keys.priorityStream(role, .normal), .normal), (keys.priorityStream(role, .low), .low),
    ]
    main = 1
    sources = streams.map { stream, priority in
      DeliverySource(
        stream: stream, group: keys.roleGroup(role), consumer: consumer, role: role, priority: priority,
        slots: slots)
    }
  }

  /// For a role whose work lies in these streams.
  init(sources: [DeliverySource]) {
    self.sources = sources
    main = 0
  }

  @IOActor
  package var heldCount: Int { sources.reduce(0) { $0 + $1.heldCount } }
}

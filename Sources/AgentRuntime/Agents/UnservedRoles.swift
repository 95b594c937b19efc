/// Which roles nobody has served for so long that nobody is on the way to.
///
/// A value, moved by looks at who serves what and a clock that is handed in.
struct UnservedRoles: Equatable, Sendable {
  /// A worker that died, or is being replaced, has a successor well before.
  static let patience = Duration.seconds(5)

  private var since: [String: ContinuousClock.Instant] = [:]

  /// Those of `roles` that have not been in `served` for as long.
  mutating func look(
    at roles: Set<String>, served: Set<String>, now: ContinuousClock.Instant
  ) -> Set<String> {
    let unserved = roles.subtracting(served)
    since = since.filter { unserved.contains($0.key) }
    for role in unserved where since[role] == nil { since[role] = now }
    return unserved.filter { role in since[role].map { now - $0 >= Self.patience } ?? false }
  }
}

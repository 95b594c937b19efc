import AgentPlugins
import RedisClient

/// A library that is to serve roles from now on.
@IOActor
protocol RoleClaim {
  var file: String { get }
  var roles: Set<String> { get }
}

/// One role is served by one library of a host: whose code a message meets must not be chance.
enum RoleClaims {
  struct Conflict: Equatable {
    var role: String
    /// The file that has it.
    var holder: String
  }

  typealias Claim = (file: String, roles: Set<String>)

  /// Which of the libraries that are to change can't, by their files. Whoever serves a role and goes on to serve it has
  /// it before others; then whoever comes first. One that can't change serves on what it did. `serving`: by file.
  static func conflicts(_ claims: [Claim], serving: [String: Set<String>]) -> [String: Conflict] {
    var refused: Set<String> = []
    while let file = firstInConflict(claims.filter { !refused.contains($0.file) }, serving) {
      refused.insert(file)
    }
    while true {
      let holders = holders(after: claims.filter { !refused.contains($0.file) }, serving)
      let conflicts = claims.filter { refused.contains($0.file) }.map { ($0.file, conflict(of: $0, holders)) }
      // It gave way to one that was refused itself.
      guard let free = conflicts.first(where: { $1 == nil }) else {
        return Dictionary(conflicts.compactMap { file, conflict in conflict.map { (file, $0) } }) {
          first, _ in first
        }
      }
      refused.remove(free.0)
    }
  }

  private static func firstInConflict(_ claims: [Claim], _ serving: [String: Set<String>]) -> String? {
    let changing = Dictionary(claims.map { ($0.file, $0.roles) }) { first, _ in first }
    var holders: [String: String] = [:]
    for (file, roles) in serving {
      for role in roles where changing[file]?.contains(role) ?? true { holders[role] = file }
    }
    for claim in claims {
      if conflict(of: claim, holders) != nil { return claim.file }
      for role in claim.roles { holders[role] = claim.file }
    }
    return nil
  }

  /// By role, where all of the claims are met.
  private static func holders(after claims: [Claim], _ serving: [String: Set<String>]) -> [String: String] {
    let roles = serving.merging(claims) { $1 }
    return Dictionary(roles.flatMap { file, roles in roles.map { ($0, file) } }) { first, _ in first }
  }

  private static func conflict(of claim: Claim, _ holders: [String: String]) -> Conflict? {
    claim.roles.sorted().lazy.compactMap { role in
      holders[role].flatMap { $0 == claim.file ? nil : Conflict(role: role, holder: $0) }
    }.first
  }

  static func refusal(of file: String, _ conflict: Conflict) -> LibraryError {
    LibraryError(
      file: file, step: .descriptor, expected: "a role that no other library serves",
      found: "role \"\(conflict.role)\", which \(conflict.holder) serves",
      advice: "remove one of the two, or give one another role")
  }
}

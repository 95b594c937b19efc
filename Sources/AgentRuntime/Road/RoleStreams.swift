import AgentStreams
import Synchronization

/// The streams of the roles that messages go to. Asked for with every message, so each name is checked and made into a key
/// once.
final class RoleStreams: Sendable {
  /// Beyond so many, they are made anew: agents may name any role.
  static let maximumCount = 256

  private let keys: Keys
  private let streams = Mutex<[KeyName: String]>([:])

  init(keys: Keys) { self.keys = keys }

  /// Streams that are kept.
  var count: Int { streams.withLock { $0.count } }

  /// Nil where no stream can be named after the role.
  func stream(of role: String) -> String? {
    streams.withLock { streams in
      if let known = streams[KeyName(role)] { return known }
      guard Address.isUsable(role) else { return nil }
      if streams.count == Self.maximumCount { streams.removeAll(keepingCapacity: true) }
      let stream = keys.roleStream(role)
      streams[KeyName(role)] = stream
      return stream
    }
  }
}

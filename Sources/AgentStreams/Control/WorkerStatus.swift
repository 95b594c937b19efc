package import RedisClient

/// A worker that lives, as it says of itself.
package struct WorkerStatus: Sendable, Equatable {
  package let incarnation: String
  package var host = ""
  package var processID = 0
  /// The life of its supervisor, that all workers of a host share.
  package var session = ""
  /// Where it works: the name of an isolated place, `probation of` another; empty for the main one.
  package var place = ""
  package var version = ""
  package var roles: [String] = []
  package var agents: [AgentStatus] = []
  /// What it has done for each role.
  package var work: [RoleTotals] = []
  /// Seconds since 1970; 0 where that is not known.
  package var started = 0.0
  /// Workers that died at its place before it, since the host was started.
  package var deaths = 0
  /// How the last of them died; empty for none.
  package var lastDeath = ""

  /// The isolated places beside it that there are to be workers for.
  package var isolatedPlaces: [String] = []
  /// The version of the desired state for which it has done all that is asked of libraries.
  package var lookedVersion = 0
  /// How it stands about each library of its place.
  package var libraries: [LibraryStatus] = []

  /// Generations of code that it has mapped and that serve no more.
  package var pastGenerations = 0
  /// Seconds since it was heard of; nil where its record does not end by itself, as one that a worker keeps does.
  package var silence: Double?

  package init(incarnation: String, _ fields: [String: String]) {
    self.incarnation = incarnation
    host = fields["host"] ?? ""
    processID = fields["pid"].flatMap(Int.init) ?? 0
    session = fields["session"] ?? ""
    place = fields["place"] ?? ""
    version = fields["version"] ?? ""
    roles = Self.words(fields["roles"])
    agents = AgentStatus.all(reading: fields["agents"] ?? "")
    work = RoleTotals.all(reading: fields["work"] ?? "")
    started = fields["started"].flatMap(Double.init).flatMap { $0.isFinite ? $0 : nil } ?? 0
    deaths = fields["deaths"].flatMap(Int.init) ?? 0
    lastDeath = fields["last_death"] ?? ""
    lookedVersion = fields["looked"].flatMap(Int.init) ?? -1
    isolatedPlaces = Self.words(fields["places"])
    libraries = LibraryStatus.all(reading: fields["libraries"] ?? "")
    pastGenerations = fields["past_generations"].flatMap(Int.init) ?? 0
  }

  /// Where it works, for people.
  package var placeName: String { place.isEmpty ? "main" : place }

  package var isOnProbation: Bool { place.hasPrefix("probation of ") }

  private static func words(_ text: String?) -> [String] {
    (text ?? "").split(separator: " ").map(String.init)
  }

  /// All that live, of every host.
  @IOActor
  package static func all(_ client: RedisClient, keys: Keys) async throws(RedisError) -> [WorkerStatus] {
    try await read(try await KeySearch.suffixes(of: keys.host(""), client), client, keys: keys)
  }

  /// Those of these incarnations that live.
  @IOActor
  package static func read(
    _ incarnations: [String], _ client: RedisClient, keys: Keys
  ) async throws(RedisError) -> [WorkerStatus] {
    var all: [WorkerStatus] = []
    for incarnation in incarnations {
      guard let fields = try await fields(of: keys.host(incarnation), client) else { continue }
      var worker = WorkerStatus(incarnation: incarnation, fields)
      let left = try await client.send(RedisCommand("PTTL", keys.host(incarnation)), effect: .repeatable)
      if let milliseconds = left.root.integer, milliseconds >= 0 {
        worker.silence = max(0, HostPresence.timeToLive / .seconds(1) - Double(milliseconds) / 1000)
      }
      all.append(worker)
    }
    return all.sorted {
      ($0.host, $0.place, $0.started, $0.incarnation) < ($1.host, $1.place, $1.started, $1.incarnation)
    }
  }

  /// Nil where the key is gone meanwhile, or is none that a worker keeps.
  private static func fields(of key: String, _ client: RedisClient) async throws(RedisError) -> [String:
    String]?
  {
    let reply: RedisReply
    do throws(RedisError) {
      reply = try await client.send(RedisCommand("HGETALL", key), effect: .repeatable)
    } catch {
      guard error.meaning == .wrongType else { throw error }
      return nil
    }
    guard var elements = reply.root.elements else { throw .unexpectedReply(command: "HGETALL") }
    var fields: [String: String] = [:]
    while let name = elements.next()?.string, let value = elements.next()?.string { fields[name] = value }
    return fields.isEmpty ? nil : fields
  }
}

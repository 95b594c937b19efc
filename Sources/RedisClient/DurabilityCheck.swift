import Logging

/// How a server may lose what it has been given, as an operator should know.
enum DurabilityRisk: Hashable, CustomStringConvertible {
  case eviction(policy: String)
  case noPersistence

  var description: String {
    switch self {
    case .eviction(let policy):
      "Redis drops keys when its memory is full (maxmemory-policy \(policy)), and with them messages; "
        + "set maxmemory-policy noeviction"
    case .noPersistence:
      "Redis keeps nothing on disk (neither appendonly nor save), so a restart loses all messages; "
        + "set appendonly yes"
    }
  }

  /// What a server's configuration means; what is not known is no risk.
  static func all(in configuration: [String: String]) -> [DurabilityRisk] {
    var risks: [DurabilityRisk] = []
    if let policy = configuration["maxmemory-policy"], policy != "noeviction",
      configuration["maxmemory", default: "0"] != "0"
    {
      risks.append(.eviction(policy: policy))
    }
    if configuration["appendonly"] == "no", configuration["save"] == "" { risks.append(.noPersistence) }
    return risks
  }
}

/// Tells each risk once in the life of a process.
@IOActor
final class DurabilityCheck {
  private static let parameters = ["maxmemory", "maxmemory-policy", "appendonly", "save"]

  private var told: Set<DurabilityRisk> = []

  /// The risks that have not been told. A server that does not let us ask has none.
  func newRisks(of client: RedisClient) async -> [DurabilityRisk] {
    var configuration: [String: String] = [:]
    do throws(RedisError) {
      for parameter in Self.parameters {
        let reply = try await client.send(RedisCommand("CONFIG", "GET", parameter), effect: .repeatable)
        let pair = reply.root.elements?.map(\.string) ?? []
        if pair.count == 2, let value = pair[1] { configuration[parameter] = value }
      }
    } catch {
      client.logger.debug("Redis does not say how it keeps data: \(error)")
    }
    return DurabilityRisk.all(in: configuration).filter { told.insert($0).inserted }
  }
}

import Logging

/// How a server may lose what it has been given, as an operator should know.
package enum DurabilityRisk: Hashable, Sendable, CustomStringConvertible {
  case eviction(policy: String)
  case noPersistence

  package var description: String {
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
  package static func all(in configuration: [String: String]) -> [DurabilityRisk] {
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
  private var told: Set<DurabilityRisk> = []

  /// The risks that have not been told. A server that does not let us ask has none.
  func newRisks(of client: RedisClient) async -> [DurabilityRisk] {
    let configuration: [String: String]
    do throws(RedisError) {
      configuration = try await ServerFacts.configuration(of: client)
    } catch {
      client.logger.debug("Redis does not say how it keeps data: \(error)")
      return []
    }
    return DurabilityRisk.all(in: configuration).filter { told.insert($0).inserted }
  }
}

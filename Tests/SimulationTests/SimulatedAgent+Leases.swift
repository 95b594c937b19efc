import NIOCore
import RedisClient

@testable import AgentStreams

extension SimulatedAgent {
  /// One turn of the keeper of leases, for what this agent holds.
  func renew() async throws {
    for source in sources {
      let due = source.leasesDue(after: simulation.policy.renewalAge, at: clock)
      if due.isEmpty { continue }
      let asked = clock
      guard let lost = try await pass("renewal of \(due)", { try await self.renew(due, of: source) }) else {
        life.disturb(at: simulation.now)
        continue
      }
      source.renewed(due.filter { !lost.contains($0) }, at: asked)
      let held = lost.filter { source.holds($0) }
      if held.isEmpty { continue }
      simulation.log("\(life.incarnation) has lost \(held.sorted())")
      self.lost(Array(held), of: source)
    }
  }

  private func renew(_ ids: [StreamID], of source: DeliverySource) async throws -> Set<StreamID> {
    do throws(RedisError) {
      let reply = try await StreamScript.renew.call(
        simulation.client, keys: [source.stream], [source.group, source.consumer] + ids.map(\.description))
      return Set(reply.root.elements?.compactMap { $0.string.flatMap { StreamID($0) } } ?? [])
    } catch {
      guard error.meaning == .groupMissing else { throw error }
      return Set(ids)
    }
  }
}

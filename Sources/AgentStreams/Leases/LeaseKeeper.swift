package import Logging
import NIOCore
package import RedisClient

/// Renews the leases of all entries that this host holds, those that wait as well as those in work, before they
/// lapse. A lease that was lost ends the work on its entry.
@IOActor
package final class LeaseKeeper {
  /// Entries in one call.
  private static let maximumBatch = 256

  private let client: RedisClient
  private let policy: LeasePolicy
  private let holders: @IOActor () -> [(DeliverySource, any DeliveryReceiver)]
  private let logger: Logger
  /// Leases lost since the start.
  package private(set) var lostCount = 0

  /// `holders`: all sources that may hold something, with who works on it.
  package init(
    client: RedisClient, policy: LeasePolicy, logger: Logger,
    holders: @escaping @IOActor () -> [(DeliverySource, any DeliveryReceiver)]
  ) {
    self.client = client
    self.policy = policy
    self.holders = holders
    self.logger = logger
  }

  /// Renews until the task is cancelled.
  package func run() async {
    // Cancelled: the host holds nothing any more.
    while (try? await IOActor.sleep(untilNext: .nanoseconds(policy.renewalInterval.nanoseconds))) != nil {
      for (source, receiver) in holders() { await renew(source, receiver) }
    }
  }

  private func renew(_ source: DeliverySource, _ receiver: any DeliveryReceiver) async {
    let due = source.leasesDue(after: policy.renewalAge, at: .now())
    for start in stride(from: 0, to: due.count, by: Self.maximumBatch) {
      let ids = Array(due[start..<min(due.count, start + Self.maximumBatch)])
      do throws(RedisError) {
        let asked = NIODeadline.now()
        let lost = try await renew(ids, of: source)
        source.renewed(ids.filter { !lost.contains($0) }, at: asked)
        if !lost.isEmpty { tell(receiver, lost, of: source) }
      } catch {
        client.warn("leases on \(source.stream) were not renewed", error)
        return
      }
    }
  }

  /// The ids whose lease was lost.
  private func renew(_ ids: [StreamID], of source: DeliverySource) async throws(RedisError) -> Set<StreamID> {
    do throws(RedisError) {
      let reply = try await StreamScript.renew.call(
        client, keys: [source.stream], [source.group, source.consumer] + ids.map(\.description))
      guard let lost = reply.root.elements else { throw .unexpectedReply(command: "the renewal of leases") }
      return Set(lost.compactMap { $0.string.flatMap { StreamID($0) } })
    } catch {
      // The stream is gone, and all leases on it with it.
      guard error.meaning == .groupMissing else { throw error }
      return Set(ids)
    }
  }

  private func tell(_ receiver: any DeliveryReceiver, _ lost: Set<StreamID>, of source: DeliverySource) {
    // What was committed while the renewal was under way is no longer pending either.
    let held = lost.filter { source.holds($0) }
    if held.isEmpty { return }
    lostCount += held.count
    source.lost(held)
    logger.notice("\(held.count) leases on \(source.stream) were lost; work on these entries ends")
    receiver.lost(Array(held), of: source)
  }
}

import AgentStreams
import RedisClient

/// Whoever takes a role's messages for this host: an agent, or what stands in for one whose code may not run.
@IOActor
protocol RoleHolder: DeliveryReceiver {
  var identity: AgentIdentity { get }
  var slots: Slots { get }
  var lanes: RoleLanes { get }
  var ownSource: DeliverySource { get }
  var road: Road { get }
}

extension RoleHolder {
  var sources: [DeliverySource] { lanes.sources + [ownSource] }

  var heldCount: Int { lanes.heldCount + ownSource.heldCount }

  func handBack(_ deliveries: [Delivery]) {
    for delivery in deliveries {
      // What is no envelope is not worth a copy: it stays pending until somebody takes it over.
      guard delivery.hasEnvelope else {
        delivery.source.release(delivery)
        continue
      }
      road.committer.submit(
        Settlement(
          delivery: delivery, writes: [road.router.handBack(delivery, nil)],
          refused: LastResort(delivery: delivery, writes: [])))
    }
  }
}

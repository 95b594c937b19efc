import AgentEnvelope
import AgentStreams
import RedisClient

/// Code that may not run, as far as its messages are told of it.
struct QuarantinedCode: Sendable, Equatable {
  var hash: String
  var reason: String
}

/// Stands in for an agent whose code may not run: each of its role's messages becomes a dead letter, and an error for
/// the caller. What no agent would have had anyway is refused as an agent's place refuses it.
@IOActor
final class QuarantinedRole: RoleHolder {
  let identity: AgentIdentity
  let slots: Slots
  let lanes: RoleLanes
  let ownSource: DeliverySource
  let road: Road
  private let refusals: Refusals
  private let reason: String

  init(
    identity: AgentIdentity, code: QuarantinedCode, slots: Slots, lanes: RoleLanes, ownSource: DeliverySource,
    road: Road
  ) {
    self.identity = identity
    self.slots = slots
    self.lanes = lanes
    self.ownSource = ownSource
    self.road = road
    refusals = Refusals(router: road.router, agent: identity, codeHash: code.hash)
    reason = "the code of role \(identity.role), hash \(code.hash.prefix(12)), is quarantined: \(code.reason)"
  }

  func receive(_ deliveries: [Delivery]) {
    let now = WallClock.now()
    for delivery in deliveries {
      switch road.admission.decide(delivery, now: now) {
      case .admit(let envelope, let member, _):
        settle(delivery, envelope, member, .quarantined(reason), now: now)
      case .refuse(let envelope, let member, let refusal):
        settle(delivery, envelope, member, refusal, now: now)
      case .unreadable(let error):
        road.committer.submit(refusals.settlement(of: delivery, unreadable: error, now: now))
      }
    }
  }

  private func settle(
    _ delivery: Delivery, _ envelope: Envelope, _ member: HostMember?, _ refusal: AdmissionRefusal,
    now: Double
  ) {
    let message = ReceivedMessage(delivery, envelope, member, agent: identity)
    let isCancelled = road.cancellations.contains(message.messageID)
    road.committer.submit(refusals.settlement(of: message, isCancelled ? .cancelled : refusal, now: now))
  }

  /// What has been settled is with the committer, whose fence decides.
  func lost(_ ids: [StreamID], of source: DeliverySource) {}
}

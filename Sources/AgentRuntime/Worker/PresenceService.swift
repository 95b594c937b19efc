import AgentStreams
import ServiceLifecycle

/// Says that this worker lives, for as long as it does.
struct PresenceService: Service {
  let presence: HostPresence

  func run() async throws {
    await HostEnd.cancels { await presence.run() }
    await presence.withdraw()
  }
}

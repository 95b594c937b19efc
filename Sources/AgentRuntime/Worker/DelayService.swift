import AgentStreams
import ServiceLifecycle

/// Moves delayed messages until the host ends. Ends after the agents, who may delay something until then.
struct DelayService: Service {
  let delayed: DelayedMessages

  func run() async throws {
    await HostEnd.cancels { await delayed.run() }
    await delayed.handOver()
  }
}

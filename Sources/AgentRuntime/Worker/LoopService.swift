import ServiceLifecycle

/// Runs a loop until the host ends.
struct LoopService: Service {
  let loop: @Sendable () async -> Void

  func run() async throws {
    await HostEnd.cancels { await loop() }
  }
}

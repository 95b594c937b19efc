import ServiceLifecycle

/// Keeps the ways of requests until the host ends.
struct TraceService: Service {
  let traces: TraceKeeper

  func run() async throws { await traces.run() }
}

import AgentStreams
import NIOCore
import RedisClient

/// What the worker of a host's main place says of the host to a monitor, put together when somebody asks.
@IOActor
final class MetricsPages {
  struct Page: Sendable {
    var isGood = true
    var type = "text/plain; charset=utf-8"
    var text: String
  }

  /// Whoever asks more often gets the same figures again.
  private static let shortest = TimeAmount.seconds(1)
  /// How long a monitor waits for what the server says; then it gets what is known without it.
  private static let longestRead = TimeAmount.seconds(2)

  private let figures: HostFigures
  private var hasLoaded = false
  private var hasEnded = false
  private let change = Condition()
  private var last: (time: NIODeadline, families: [MetricFamily])?
  /// One for all who ask meanwhile. Owned by this object; nobody waits for it longer than `longestRead`, and the host's
  /// end does not wait at all: what the server does not answer can't be broken off.
  private var reading: Task<Void, Never>?

  init(_ figures: HostFigures) { self.figures = figures }

  /// The agents are loaded.
  func loaded() {
    hasLoaded = true
    change.wakeAll()
  }

  func end() {
    hasEnded = true
    change.wakeAll()
  }

  func waitUntilLoaded(within limit: TimeAmount) async {
    await wait(within: limit) { !hasLoaded }
  }

  /// Nil where there is no such page.
  func page(_ path: String) async -> Page? {
    switch path {
    case "/metrics": return await metrics()
    case "/healthz": return Page(text: "alive\n")
    case "/readyz":
      let readiness = Readiness(
        hasLoaded: hasLoaded, redis: figures.client.health.state, standstill: figures.committer.standstill)
      let problems = readiness.problems
      let text = problems.isEmpty ? "ready\n" : problems.map { $0 + "\n" }.joined()
      return Page(isGood: problems.isEmpty, text: text)
    default: return nil
    }
  }

  private func metrics() async -> Page {
    let own = figures.own
    if figures.client.health.state == .connected {
      if reading == nil, !isFresh { reading = Task { await self.read() } }
      await wait(within: Self.longestRead) { reading != nil }
    }
    let families = isFresh ? last?.families : nil
    return Page(
      type: "text/plain; version=0.0.4; charset=utf-8",
      text: MetricFamily.text(own + (families ?? figures.withoutServer)))
  }

  private var isFresh: Bool { last.map { NIODeadline.now() - $0.time < Self.shortest } ?? false }

  private func read() async {
    if let families = await figures.read() { last = (.now(), families) }
    reading = nil
    change.wakeAll()
  }

  /// Until it is so no more, the time is over, or this ends.
  private func wait(within limit: TimeAmount, _ mustWait: @IOActor () -> Bool) async {
    let deadline = NIODeadline.now() + limit
    let timer = IOActor.eventLoop.scheduleTask(in: limit) {
      IOActor.assumeIsolated { self.change.wakeAll() }
    }
    defer { timer.cancel() }
    await withTaskCancellationHandler {
      while mustWait(), !hasEnded, !Task.isCancelled, NIODeadline.now() < deadline {
        await change.wait { mustWait() && !hasEnded && !Task.isCancelled && NIODeadline.now() < deadline }
      }
    } onCancel: {
      IOActor.execute { self.change.wakeAll() }
    }
  }
}

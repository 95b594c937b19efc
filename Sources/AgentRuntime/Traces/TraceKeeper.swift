import AgentStreams
import Logging
import RedisClient

/// Keeps the ways of requests that have ended, for who asks for them later: beside the road, many in one call.
@IOActor
final class TraceKeeper {
  /// Requests that wait to be kept; those beyond are not.
  private static let maximumWaiting = 1024
  /// Requests in one call.
  private static let maximumBatch = 128
  /// From the first that waits to the call.
  private static let gathering = Duration.milliseconds(100)
  /// Between two signs that the agents of this worker live.
  private static let codeInterval = Duration.seconds(3600)

  private let client: RedisClient
  private let keys: Keys
  private let timeToLive: Int
  private var sampling: TraceSampling
  /// Not the envelopes, which are larger.
  private var waiting: [RedisCommand] = []
  private var noted: [(agentID: String, code: AgentCode)] = []
  private let mayGoOn = Condition()
  private var isEnding = false
  private let registry: AgentRegistry

  /// Nil where none are to be kept.
  init?(_ settings: Settings, client: RedisClient, keys: Keys, registry: AgentRegistry) {
    guard settings.traceTimeToLive > 0 else { return nil }
    self.client = client
    self.keys = keys
    self.registry = registry
    timeToLive = settings.traceTimeToLive
    sampling = TraceSampling(rate: Double(settings.traceRate), now: MonotonicClock.now())
  }

  /// A request has ended.
  func ended(_ end: CommitWrite.RequestEnd) {
    guard waiting.count < Self.maximumWaiting,
      sampling.keeps(failed: end.state != .done, now: MonotonicClock.now())
    else { return }
    guard let command = KeptTrace.keeping(end, seconds: timeToLive, keys: keys) else { return }
    waiting.append(command)
    if waiting.count == 1 { mayGoOn.wakeAll() }
  }

  /// An agent runs other code from now on.
  func runs(_ code: AgentCode, _ agentID: String) {
    guard noted.count < Self.maximumWaiting else { return }
    noted.append((agentID, code))
    mayGoOn.wakeAll()
  }

  /// Until the host ends; keeps what waits then.
  func run() async {
    await withDiscardingTaskGroup { group in
      group.addTask {
        await HostEnd.cancels {
          // Cancelled: the host ends.
          while (try? await IOActor.sleep(for: Self.codeInterval)) != nil { await self.keepCode() }
        }
        await self.end()
      }
      await self.keepAll()
    }
  }

  private func keepAll() async {
    while true {
      if waiting.isEmpty, noted.isEmpty {
        if isEnding { return }
        await mayGoOn.wait { waiting.isEmpty && noted.isEmpty && !isEnding }
        continue
      }
      if !isEnding, waiting.count < Self.maximumBatch {
        try? await IOActor.sleep(for: Self.gathering)  // cancelled: the next turn decides
      }
      // At the end it is of no use any more, and without a server it would take long.
      if isEnding { noted = [] } else { await noteCode() }
      await keep()
    }
  }

  private func end() {
    isEnding = true
    mayGoOn.wakeAll()
  }

  private func keep() async {
    let batch = Array(waiting.prefix(Self.maximumBatch))
    if batch.isEmpty { return }
    waiting.removeFirst(batch.count)
    do throws(RedisError) {
      try await client.send(batch)
    } catch {
      client.logger.warning("the ways of \(batch.count) requests are not kept: \(error)")
    }
  }

  private func noteCode() async {
    let batch = noted
    noted = []
    do throws(RedisError) {
      for (agentID, code) in batch { try await code.note(of: agentID, client, keys: keys) }
    } catch {
      client.logger.warning("which code \(batch.count) agents run is not noted: \(error)")
    }
  }

  private func keepCode() async {
    do throws(RedisError) {
      try await AgentCode.keep(registry.agents.map(\.identity.agentID), client, keys: keys)
    } catch {
      client.warn("which code agents run may be forgotten", error)
    }
  }
}

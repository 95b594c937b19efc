import AgentStreams
import DequeModule
import Logging
import RedisClient
import ServiceLifecycle
import StrictJSON

/// Says to all who listen what happens to this worker's agents, as the specification has it. Whoever does not
/// listen misses it; what is loaded now is asked of the workers' keys.
@IOActor
final class LifecycleEvents: Service {
  /// Between two signs of life of an agent.
  private static let interval = Duration.seconds(5)
  /// Bytes of what is said of most agents.
  private static let textCapacity = 384
  /// Events that wait for the server; beyond them the oldest is lost.
  private static let maximumWaiting = 1024

  private let client: RedisClient
  private let channel: String
  private var waiting: Deque<String> = []
  /// Whether something is to be said since the last attempt.
  private var isMore = false
  private let mayGoOn = Condition()
  private var living: [ServedAgent] = []
  private var isEnding = false
  /// Called with each event, before others hear of it.
  var said: @IOActor (_ text: String) -> Void = { _ in }

  init(client: RedisClient, keys: Keys) {
    self.client = client
    channel = keys.lifecycleEvents
  }

  func happened(_ event: AgentEvent, _ holder: any RoleHolder) {
    guard let agent = holder as? ServedAgent else { return }
    switch event {
    case .begins: living.append(agent)
    case .ends:
      // One that never began has nothing to end.
      guard let index = living.firstIndex(where: { $0 === agent }) else { return }
      living.remove(at: index)
    case .lives, .hasNewCode: break
    }
    say(event, of: agent)
  }

  /// Ends after the agents, whose last events go out before.
  func run() async throws {
    await withDiscardingTaskGroup { group in
      group.addTask {
        await HostEnd.cancels {
          // Cancelled: the host ends.
          while (try? await IOActor.sleep(untilNext: Self.interval)) != nil { await self.signsOfLife() }
        }
        await self.end()
      }
      await publishAll()
    }
  }

  private func publishAll() async {
    while true {
      await mayGoOn.wait { !isMore && !isEnding }
      if waiting.isEmpty { return }
      isMore = false
      let isSaid = await publishWaiting()
      // Without a server the end is not to wait for each of them.
      if isEnding, !isSaid { return }
    }
  }

  private func signsOfLife() {
    for agent in living { say(.lives, of: agent) }
  }

  private func say(_ event: AgentEvent, of agent: ServedAgent) {
    let text = Self.text(event, agent.status, agent.figures.envelopes)
    said(text)
    if waiting.count == Self.maximumWaiting { waiting.removeFirst() }
    waiting.append(text)
    isMore = true
    mayGoOn.wakeAll()
  }

  private func end() {
    isEnding = true
    mayGoOn.wakeAll()
  }

  /// All at once: agents tell that they live at the same time.
  private func publishWaiting() async -> Bool {
    let texts = waiting
    waiting = []
    do throws(RedisError) {
      try await client.send(texts.map { RedisCommand("PUBLISH", channel, $0) })
      return true
    } catch {
      // Nobody has heard them: with what is said next.
      switch error {
      case .unreachable, .notSent: waiting = Deque((texts + waiting).suffix(Self.maximumWaiting))
      default: break
      }
      client.warn("what happens to agents could not be published", error)
      return false
    }
  }

  /// `kind` to `ts` are the specification's; the rest is what the agent has done since it began.
  static func text(
    _ event: AgentEvent, _ agent: AgentStatus, _ envelopes: FinishedEnvelopes, now: Double = WallClock.now()
  ) -> String {
    // By hand, for all agents say it again and again.
    var bytes: [UInt8] = []
    bytes.reserveCapacity(textCapacity)
    bytes.append(#"{"kind":"status","event":"# as StaticString)
    bytes.append(json: event.rawValue)
    bytes.append(#","role":"# as StaticString)
    bytes.append(json: agent.role)
    bytes.append(#","agent_id":"# as StaticString)
    bytes.append(json: agent.id)
    bytes.append(agent.inWork > 0 ? #","busy":true,"ts":"# : #","busy":false,"ts":"# as StaticString)
    bytes.append(json: now)
    bytes.append(#","in_work":"# as StaticString)
    bytes.append(json: agent.inWork)
    bytes.append(#","runs":"# as StaticString)
    bytes.append(json: agent.runs)
    bytes.append(#","run_seconds":"# as StaticString)
    bytes.append(json: agent.runSeconds)
    bytes.append(#","errors":"# as StaticString)
    bytes.append(json: agent.errors)
    bytes.append(#","envelopes":"# as StaticString)
    envelopes.json.write(into: &bytes)
    bytes.append(ASCII.closeBrace)
    return String(decoding: bytes, as: UTF8.self)
  }
}

import AgentStreams
import Logging
import RedisClient
import ServiceLifecycle

/// Makes this host what operators want of all hosts. Messages only say that there is something to look at; it looks
/// by itself too, since a message may not be heard.
@IOActor
final class DesiredStateService: Service {
  private static let interval = Duration.seconds(5)

  private let client: RedisClient
  private let keys: Keys
  private let registry: AgentRegistry
  private let plugins: Plugins
  private let dispatcher: Dispatcher
  private let cancellations: Cancellations
  private let logger: Logger
  private let askForReplacement: (String) -> Void
  private let hints: AsyncStream<Void>
  private let hinting: AsyncStream<Void>.Continuation
  private let reloads: AsyncStream<Void>
  private let requestingReload: AsyncStream<Void>.Continuation
  private var current: DesiredState?
  /// Whether it could not be read, ever.
  private var hasFailed = false

  init(
    client: RedisClient, keys: Keys, registry: AgentRegistry, plugins: Plugins, dispatcher: Dispatcher,
    cancellations: Cancellations, logger: Logger, askForReplacement: @escaping (String) -> Void
  ) {
    self.askForReplacement = askForReplacement
    self.client = client
    self.keys = keys
    self.registry = registry
    self.plugins = plugins
    self.dispatcher = dispatcher
    self.cancellations = cancellations
    self.logger = logger
    (hints, hinting) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    (reloads, requestingReload) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Something may have changed.
  func look() {
    hinting.yield()
  }

  func run() async throws {
    await HostEnd.cancels {
      await withDiscardingTaskGroup { group in
        group.addTask {
          // Cancelled: the host ends.
          while (try? await IOActor.sleep(untilNext: Self.interval)) != nil { await self.look() }
        }
        // Beside the rest: an agent may take its time to start, and a pause or a cancellation must not wait for it.
        group.addTask { for await _ in self.reloads { await self.plugins.reload() } }
        for await _ in self.hints { await self.refresh() }
      }
    }
  }

  /// Before the first message is read: a role that is paused takes none. What can't be read of the one does not keep
  /// from the other.
  func refresh() async {
    async let cancelled: Void = cancel()
    await follow()
    await cancelled
  }

  private func cancel() async {
    do throws(RedisError) {
      dispatcher.cancel(try await cancellations.refresh(client, keys: keys))
    } catch {
      client.warn("what was cancelled could not be read", error)
    }
  }

  private func follow() async {
    do throws(RedisError) {
      let wanted = try await DesiredState.read(client, keys: keys)
      guard wanted != current else { return }
      let before = current
      current = wanted
      registry.pause(wanted.pausedRoles)
      plugins.quarantine.quarantined = wanted.quarantined
      plugins.instances = wanted.instances
      plugins.desiredVersion = wanted.version
      // At the start the folder is read anyhow, where it was known by then what operators want.
      guard let before else {
        if hasFailed {
          plugins.want(.all)
          requestingReload.yield()
        }
        return
      }
      let names = wanted.namedReloads.filter { before.namedReloads[$0.key] != $0.value }.keys
      if before.reloads != wanted.reloads || before.quarantined != wanted.quarantined {
        plugins.want(.all)
      } else if !names.isEmpty {
        plugins.want(.named(Set(names)))
      }
      if before.instances != wanted.instances { plugins.wantOtherNumbers() }
      // Also where nothing is wanted: whoever waits for this version hears that it is seen to.
      requestingReload.yield()
      // A server that has lost everything has no such counter, and nobody has asked for anything.
      if before.replacements != wanted.replacements, wanted.replacements != 0 {
        askForReplacement("asked for by an operator")
      }
    } catch {
      hasFailed = true
      client.warn("what operators want could not be read", error)
    }
  }
}

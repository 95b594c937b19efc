import AgentPlugins
import AgentStreams
import Logging
import RedisClient
import ServiceLifecycle
import UnixSignals

/// Hears commands: from the broadcast channels, and by SIGHUP.
@IOActor
final class ControlService: Service {
  private let client: RedisClient
  private let keys: Keys
  private let plugins: Plugins
  private let desired: DesiredStateService
  private let delayed: DelayedMessages
  /// For agents, who hear all of it.
  private let broadcasts: Broadcasts?
  private let logger: Logger
  private let listening: AsyncStream<Void>
  private let attempted: AsyncStream<Void>.Continuation
  private let started: AsyncStream<Void>
  private let starting: AsyncStream<Void>.Continuation

  init(
    client: RedisClient, keys: Keys, plugins: Plugins, desired: DesiredStateService,
    delayed: DelayedMessages, broadcasts: Broadcasts?, logger: Logger
  ) {
    self.client = client
    self.keys = keys
    self.plugins = plugins
    self.desired = desired
    self.delayed = delayed
    self.broadcasts = broadcasts
    self.logger = logger
    (started, starting) = AsyncStream.makeStream()
    (listening, attempted) = AsyncStream.makeStream()
  }

  /// The agents are there: commands make sense from now on. Returns when they are heard, or when it has been seen
  /// that they are not; a host is of use without them too.
  func start() async {
    starting.finish()
    for await _ in listening {}
  }

  func run() async throws {
    // The end may come before the start: who waits for the start must not wait for ever.
    defer { attempted.finish() }
    await HostEnd.cancels {
      for await _ in self.started {}
      await self.listen()
    }
  }

  /// What was said before this host listened went unheard.
  private func look() {
    desired.look()
    delayed.look()
  }

  private func listen() async {
    let (reloads, request) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let channel = ControlChannel(
      client: client, keys: keys, logger: logger, firstAttempt: attempted.finish, subscribed: look
    ) {
      [logger, plugins, desired, delayed, broadcasts] addressee, message in
      let said = ControlCommand(message)
      // Of a message that was delayed for it; nothing that agents would do something about, and there may be many.
      if said == .look, case .role(let role) = addressee { return delayed.look(for: role) }
      broadcasts?.hear(message, of: said.eventAgentID, to: addressee)
      switch said {
      case .reload:
        switch addressee {
        case .all: plugins.want(.all)
        case .role(let role):
          let names = plugins.names(serving: role)
          if names.isEmpty { return }
          plugins.want(.named(names))
        }
        request.yield()
      case .look: desired.look()
      case .event: break
      case .unknown(let text): logger.notice("ignoring an unknown command: \(LogText.escaped(text))")
      }
    }
    await withDiscardingTaskGroup { group in
      group.addTask {
        await withTaskCancellationHandler {
          await channel.run()
        } onCancel: {
          IOActor.execute { channel.quiet() }
        }
      }
      group.addTask {
        for await _ in await UnixSignalsSequence(trapping: .sighup) {
          await self.plugins.want(.all)
          request.yield()
        }
      }
      group.addTask {
        for await _ in reloads { await self.plugins.reload() }
      }
    }
  }
}

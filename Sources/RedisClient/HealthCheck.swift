import Logging
package import NIOCore

/// Asks the server at intervals whether it is there, connects again when it is not, and closes connections that
/// nobody needs any more.
@IOActor
package final class HealthCheck {
  private let client: RedisClient
  private let interval: TimeAmount
  private let durability: DurabilityCheck?
  private var connectionsSeen = 0
  private var isWoken = false
  private let woken = Condition()

  /// `warnsOfLoss`: also says when the server may lose what it has been given.
  package init(client: RedisClient, interval: TimeAmount = .seconds(30), warnsOfLoss: Bool) {
    self.client = client
    self.interval = interval
    durability = warnsOfLoss ? DurabilityCheck() : nil
  }

  /// Until the task is cancelled.
  package func run() async {
    client.whenDisconnected = { [weak self] in self?.wake() }
    var backoff = Backoff()
    while !Task.isCancelled {
      if await client.check() {
        backoff.reset()
        await lookAtNewConnection()
        await waitForNext()
      } else {
        try? await IOActor.sleep(for: backoff.next())  // cancelled: the loop's condition decides
      }
    }
    client.whenDisconnected = nil
  }

  /// Another connection may lead to another server, or to one that was set up anew.
  private func lookAtNewConnection() async {
    guard client.connectionsMade != connectionsSeen else { return }
    connectionsSeen = client.connectionsMade
    guard let risks = await durability?.newRisks(of: client) else { return }
    for risk in risks { client.logger.warning("\(risk)") }
  }

  private func wake() {
    isWoken = true
    woken.wakeAll()
  }

  /// For an interval, or until the last connection is lost.
  private func waitForNext() async {
    let timer = IOActor.eventLoop.scheduleTask(in: interval) { IOActor.assumeIsolated { self.wake() } }
    await withTaskCancellationHandler {
      await woken.wait { !isWoken }
    } onCancel: {
      IOActor.execute { self.wake() }
    }
    timer.cancel()
    isWoken = false
  }
}

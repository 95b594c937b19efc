import Logging
import NIOCore
import RedisClient

/// Gives out entries that are suspected of killing whoever works on them, one at a time in the whole host: the next
/// is taken when the one before has come to its end. A message that kills again takes no other suspect along.
@IOActor
final class SuspectRedelivery {
  private let client: RedisClient
  private let slots: Slots
  private let turn: SuspectTurn
  private let receiver: any DeliveryReceiver
  private let logger: Logger
  private let requests: AsyncStream<Takeover>
  private let requesting: AsyncStream<Takeover>.Continuation
  /// Streams whose suspects are being redelivered, or are about to be.
  private var streams: Set<String> = []
  /// An answer was lost: the server may have given us what never arrived here.
  var mayHaveMissed = false

  init(
    client: RedisClient, slots: Slots, turn: SuspectTurn, receiver: any DeliveryReceiver, logger: Logger
  ) {
    self.client = client
    self.slots = slots
    self.turn = turn
    self.receiver = receiver
    self.logger = logger
    (requests, requesting) = AsyncStream.makeStream()
  }

  /// There are suspects on the stream of `takeover`; at most one request for each stream waits.
  func redeliver(_ takeover: Takeover) {
    guard streams.insert(takeover.source.stream).inserted else { return }
    requesting.yield(takeover)
  }

  /// Whether nothing is asked for, and nothing in work.
  var isIdle: Bool { streams.isEmpty }

  func finish() {
    requesting.finish()
  }

  /// Works until `finish`.
  func run() async {
    for await takeover in requests {
      do throws(RedisError) {
        while !slots.isClosed, try await redeliverNext(takeover) {}
      } catch {
        // The next look finds what is left, and an entry whose claim was not answered.
        mayHaveMissed = true
        client.warn("redelivering suspects failed", error)
      }
      streams.remove(takeover.source.stream)
    }
  }

  /// False when there is none left.
  private func redeliverNext(_ takeover: Takeover) async throws(RedisError) -> Bool {
    // No slot is held while another agent's suspect is in work, and no turn while there is no slot.
    await turn.waitUntilFree()
    let reserved = await slots.reserve(upTo: 1)
    defer { slots.cancelReservation(reserved) }
    if reserved == 0 { return false }
    guard turn.take() else { return true }
    defer { turn.giveBack() }
    let source = takeover.source
    let answer = try await takeover.call(.suspect, limit: 1, client: client)
    guard let suspect = answer.taken.first else { return false }
    guard let delivery = source.take(suspect.entry, deliveries: suspect.deliveries) else { return true }
    logger.notice(
      "redelivering \(suspect.entry.id) of \(source.stream) alone, for the \(suspect.deliveries). time",
      metadata: delivery.logNames)
    receiver.receive([delivery])
    await source.waitForRelease(of: suspect.entry.position)
    return true
  }
}

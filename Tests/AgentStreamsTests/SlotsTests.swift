import Testing

@testable import AgentStreams
@testable import RedisClient

@Suite(.timeLimit(.minutes(4)))
struct SlotsTests {
  @IOActor
  @Test func `What is taken is not free, and never less than nothing`() {
    let slots = Slots(capacity: 2)
    #expect(slots.free == 2)
    slots.take(bytes: 10)
    #expect(slots.free == 1)
    slots.take(bytes: 10)
    slots.take(bytes: 10)
    #expect(slots.free == 0)
    slots.release(bytes: 10)
    #expect(slots.free == 0)
    slots.release(bytes: 10)
    #expect(slots.free == 1)
  }

  @IOActor
  @Test func `Bytes beyond the limit leave nothing free until they are given back`() {
    let slots = Slots(capacity: 10, byteLimit: 100)
    slots.take(bytes: 99)
    #expect(slots.free == 9)
    slots.take(bytes: 1)
    #expect(slots.free == 0)
    slots.release(bytes: 1)
    #expect(slots.free == 9)
  }

  @IOActor
  @Test func `What is reserved is not free to another, until it is given back`() async {
    let slots = Slots(capacity: 4)
    #expect(await slots.reserve(upTo: 3) == 3)
    #expect(await slots.reserve(upTo: 3) == 1)
    #expect(slots.free == 0)
    slots.take(bytes: 1)
    slots.cancelReservation(3)
    #expect(slots.free == 2)
    slots.release(bytes: 1)
    slots.cancelReservation(1)
    #expect(slots.free == 4)
  }

  @IOActor
  @Test func `Who waits has its turn, and ends the block of the one that holds the reservation`() async {
    let slots = Slots(capacity: 2)
    #expect(await slots.reserve(upTo: 2) == 2)
    let (interrupts, interrupt) = AsyncStream.makeStream(of: Void.self)
    slots.interruptBlocked = { interrupt.yield() }
    let first = Task { @IOActor in await slots.reserve(upTo: 1) }
    for await _ in interrupts { break }
    let second = Task { @IOActor in await slots.reserve(upTo: 5) }
    for await _ in interrupts { break }
    slots.cancelReservation(2)
    #expect(await first.value == 1)
    #expect(await second.value == 1)
    slots.cancelReservation(2)
    #expect(slots.free == 2)
  }

  @IOActor
  @Test func `Closed slots give nothing, also to who waits already`() async {
    let slots = Slots(capacity: 1)
    #expect(await slots.reserve(upTo: 1) == 1)
    let (interrupts, interrupt) = AsyncStream.makeStream(of: Void.self)
    slots.interruptBlocked = { interrupt.yield() }
    let waiting = Task { @IOActor in await slots.reserve(upTo: 1) }
    for await _ in interrupts { break }
    slots.close()
    #expect(await waiting.value == 0)
    #expect(await slots.reserve(upTo: 1) == 0)
    slots.cancelReservation(1)
    #expect(slots.free == 0)
  }

  @IOActor
  @Test func `An entry is held once, and given back once`() {
    let source = DeliverySource(stream: "s", group: "g", consumer: "c", role: "r", slots: Slots(capacity: 2))
    let entry = StreamEntry(StreamID(milliseconds: 1, sequence: 0), fields: [])
    let delivery = source.take(entry, deliveries: 3)
    #expect(delivery?.deliveries == 3)
    #expect(source.take(entry, deliveries: 4) == nil)
    #expect((source.heldCount, source.slots.free) == (1, 1))
    if let delivery {
      source.release(delivery)
      source.release(delivery)
    }
    #expect((source.heldCount, source.slots.free) == (0, 2))
  }
}

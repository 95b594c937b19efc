import NIOCore
import RedisClient
import Testing

@testable import AgentStreams

@Suite("Leases, by a clock of the test's own")
struct LeaseTableTests {
  private func id(_ text: String) throws -> StreamID { try #require(StreamID(text)) }

  private func ids(_ texts: String...) throws -> [StreamID] { try texts.map(id) }

  private func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .seconds(1000 + seconds) }

  @Test func `What is held for a third of the lease is due, in the order of the stream`() throws {
    var table = LeaseTable()
    let inserted = try [("10-1", 0), ("9-2", 0), ("9-10", 1), ("8-0", 9), ("9-2", 5)].map {
      table.insert(try id($0.0), at: at(Int64($0.1)))
    }
    #expect(inserted == [true, true, true, true, false], "an entry that comes twice is held once")
    let age = LeasePolicy(lease: .seconds(30)).renewalAge
    #expect(table.due(after: age, at: at(9)).isEmpty)
    #expect(try table.due(after: age, at: at(10)) == ids("9-2", "10-1"))
    #expect(try table.due(after: age, at: at(11)) == ids("9-2", "9-10", "10-1"))
    table.renewed(try ids("9-2", "10-1", "7-7"), at: at(11))
    #expect(try table.due(after: age, at: at(19)) == ids("8-0", "9-10"))
    #expect(try !table.holds(id("7-7")))
    let removed = try (0..<2).map { _ in table.remove(try id("9-10")) }
    #expect(removed == [true, false])
    #expect(table.count == 3)
  }

  @Test func `What is lost is held until it is given back, and not renewed any more`() throws {
    var table = LeaseTable()
    _ = try ids("1-0", "2-0").map { table.insert($0, at: at(0)) }
    table.lost(try ids("1-0", "9-9"))
    #expect(try ids("1-0", "2-0", "9-9").map { table.isLost($0) } == [true, false, false])
    #expect(try table.due(after: .seconds(1), at: at(100)) == ids("2-0"))
    #expect(try table.holds(id("1-0")) && table.count == 2)
  }

  @Test func `A lease is renewed well before it lapses, even where the look comes late`() {
    for lease in [TimeAmount.milliseconds(500), .seconds(1), .seconds(30), .seconds(3600)] {
      let policy = LeasePolicy(lease: lease)
      #expect(policy.renewalAge + policy.renewalInterval + policy.absence < lease)
    }
  }

  @Test func `The cap leaves room for innocents, or every redelivery is alone`() {
    #expect([1, 2, 3, 5].map { LeasePolicy(maximumDeliveries: $0).suspectFrom } == [1, 1, 2, 2])
  }
}

@testable import AgentStreams
import NIOCore
@testable import RedisClient
import Testing

@testable import AgentRuntime

@Suite("A dead letter")
struct DeadLettersTests {
  private func fields(ofAnEntryWith count: Int) async throws -> [String: String] {
    let source = DeliverySource(
      stream: "stream:role:r", group: "cg:role:r", consumer: "c", role: "r", slots: Slots(capacity: 1))
    let entry = StreamEntry(
      StreamID(milliseconds: 1, sequence: 1),
      fields: (0..<count).map { ("f\($0)", ByteBuffer(string: "v,\($0)")) })
    let delivery = Delivery(source: source, entry: entry, deliveries: 2)
    let write = DeadLetters.write(
      delivery, deliveries: 2, code: "c", reason: "why", agentID: "a", codeHash: "h", now: 1.5, keys: Keys())
    guard case .deadLetter(stream: "dlq:role:r", let fields) = write else { return [:] }
    return Dictionary(fields.map { ($0.name, String(buffer: $0.value)) }) { first, _ in first }
  }

  @Test("says why, how often, whose code, when, and where it lay")
  func fixedFields() async throws {
    let fields = try await fields(ofAnEntryWith: 1)
    #expect(
      fields == [
        "reason": "c: why", "deliveries": "2", "agent_id": "a", "code_hash": "h", "time": "1.5",
        "stream": "stream:role:r", "entry_id": "1-1", "entry.f0": "v,0",
      ])
  }

  @Test("of an entry with more fields than a script passes on keeps them in one")
  func manyFields() async throws {
    #expect(try await fields(ofAnEntryWith: 1000)["entry.f999"] == "v,999")
    let many = try await fields(ofAnEntryWith: 1001)
    #expect(many.count == 8)
    #expect(many["entry"]?.hasPrefix("2:f0,3:v,0,2:f1,3:v,1,") == true)
  }
}

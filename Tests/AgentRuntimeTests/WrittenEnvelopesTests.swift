import AgentEnvelope
import NIOCore
import Testing

@testable import AgentPlugins
@testable import AgentRuntime
@testable import AgentStreams
@testable import RedisClient

@Suite struct WrittenEnvelopesTests {
  // Of a text that stands below: that it is an envelope is no question here.
  private static let scan = try! Self.scanned(text("m"))

  private static func text(_ messageID: String, payload: String = "{}") -> String {
    #"{"conversation_id":"c","message_id":"\#(messageID)","payload":\#(payload),"create_ts":1726339057.25}"#
  }

  private static func scanned(_ text: String) throws -> Envelope {
    try Array(text.utf8).withUnsafeBytes { try Envelope(scanning: $0) }
  }

  @Test @IOActor func `What was written is known once, and byte for byte`() throws {
    let written = WrittenEnvelopes()
    let text = Self.text("m")
    written.keep(Array(text.utf8), Self.scan)
    #expect(written.take(ByteBuffer(string: text.replacing("\"m\"", with: "\"n\""))) == nil)
    #expect(written.take(ByteBuffer(string: text + " ")) == nil)
    #expect(
      written.take(ByteBuffer(string: "x" + text).getSlice(at: 1, length: text.utf8.count)!) === Self.scan)
    #expect(written.take(ByteBuffer(string: text)) == nil)
  }

  @Test @IOActor func `Short and empty bytes are no trouble`() {
    let written = WrittenEnvelopes()
    for count in 0...24 {
      let bytes = [UInt8](repeating: 7, count: count)
      #expect(written.take(ByteBuffer(bytes: bytes)) == nil)
      written.keep(bytes, Self.scan)
      #expect((written.take(ByteBuffer(bytes: bytes)) != nil) == (count > 0))
    }
  }

  @Test @IOActor func `As much as is on its way is known, and no more than a limit is kept`() {
    let written = WrittenEnvelopes()
    func bytes(_ number: Int, _ size: Int) -> [UInt8] {
      Array(Self.text("m:\(number)", payload: "\"\(String(repeating: "x", count: size))\"").utf8)
    }
    for number in 0..<256 { written.keep(bytes(number, 500), Self.scan) }
    let known = (0..<256).filter { written.take(ByteBuffer(bytes: bytes($0, 500))) != nil }.count
    #expect(known > 200)
    #expect(written.heldBytes < 56 * 2_000)

    for number in 0..<100 { written.keep(bytes(number, 200_000), Self.scan) }
    #expect(written.heldBytes <= WrittenEnvelopes.maximumBytes)
    #expect(written.heldBytes > 0)
    let huge = bytes(0, WrittenEnvelopes.longest)
    written.keep(huge, Self.scan)
    #expect(written.take(ByteBuffer(bytes: huge)) == nil)
  }

  @Test @IOActor func `Room that an envelope does not use counts as well`() {
    let written = WrittenEnvelopes()
    for number in 0..<100 {
      var bytes = Array(Self.text("m:\(number)").utf8)
      bytes.reserveCapacity(900_000)
      written.keep(bytes, Self.scan)
    }
    #expect(written.heldBytes <= WrittenEnvelopes.maximumBytes && written.heldBytes >= 900_000)
  }

  @Test @IOActor func `Messages of one conversation with a long name are told apart`() {
    let written = WrittenEnvelopes()
    func bytes(_ number: Int) -> [UInt8] {
      let conversation = String(repeating: "c", count: 200)
      return Array(
        (#"{"conversation_id":"\#(conversation)","message_id":"\#(conversation):\#(1000 + number)","payload":{},"#
          + #""create_ts":1726339057.\#(100_000 + number * 7)}"#).utf8)
    }
    for number in 0..<256 { written.keep(bytes(number), Self.scan) }
    #expect((0..<256).filter { written.take(ByteBuffer(bytes: bytes($0))) != nil }.count > 200)
  }

  @Test func `What a scan might refuse is left to a scan`() throws {
    let answer = AgentAction(
      verb: .forward(.role("next")), payload: .keep, kind: nil,
      error: AgentReportedError(code: "c", message: "m"))
    let onward = AgentAction(verb: .forward(.role("next")), payload: .keep, kind: nil, error: nil)
    let long = String(repeating: "m", count: 508)
    let received = try message(#""message_id":"\#(long)""#)
    for (action, message) in [(answer, try message()), (onward, received)] {
      guard case .forward(_, _, _, nil) = try router.writes(for: [action], of: message, step: step).first
      else {
        Issue.record("\(action) is taken for certain")
        continue
      }
    }
  }

  @Test func `What goes to another role bears what a scan of it finds`() throws {
    let action = AgentAction(
      verb: .forward(.role("next")), payload: .merge(Array(#"{"text":"y","n":1}"#.utf8)), kind: nil,
      error: nil)
    let writes = try router.writes(for: [action], of: message(), step: step)
    guard case .forward(_, nil, let envelope, let scan?) = try #require(writes.first) else {
      Issue.record("\(writes)")
      return
    }
    #expect(try envelope.withUnsafeBytes { try Envelope(scanning: $0) } == scan)
  }

  @Test func `Admission believes a scan, and judges by it`() throws {
    var settings = Settings()
    settings.maxProcessCount = 3
    let admission = Admission(settings)
    let delivery = delivery()
    let scan = try Self.scanned(
      #"{"conversation_id":"c","message_id":"c:1.5","payload":{"text":"x"},"process_count":9}"#)
    guard case .refuse(let envelope, _, _) = admission.decide(delivery, scan: scan, now: 2000),
      case .admit = admission.decide(delivery, now: 2000)
    else {
      Issue.record("the scan was not believed")
      return
    }
    #expect(envelope === scan)
  }

  @Test @IOActor func `Where others read what is written here, little is kept, until that has changed`() {
    let written = WrittenEnvelopes()
    func bytes(_ number: Int) -> [UInt8] { Array(Self.text("m:\(number)").utf8) }
    for number in 0..<WrittenEnvelopes.lookInterval { written.keep(bytes(number), Self.scan) }
    #expect(written.usedPlaces == WrittenEnvelopes.fewestPlaces)
    let few = written.heldBytes
    for number in 5_000..<8_000 { written.keep(bytes(number), Self.scan) }
    let held = (5_000..<8_000).filter { written.take(ByteBuffer(bytes: bytes($0))) != nil }
    #expect((1...WrittenEnvelopes.fewestPlaces).contains(held.count) && written.heldBytes == 0 && few > 0)
    for number in 0..<2 * WrittenEnvelopes.lookInterval {
      written.keep(bytes(number), Self.scan)
      #expect(written.take(ByteBuffer(bytes: bytes(number))) != nil)
    }
    #expect(written.usedPlaces == WrittenEnvelopes.places)
  }
}

extension WrittenEnvelopes {
  fileprivate func take(_ bytes: ByteBuffer) -> Envelope? { bytes.withUnsafeReadableBytes { take($0) } }
}

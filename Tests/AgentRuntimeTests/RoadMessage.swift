import AgentEnvelope
import NIOCore

@testable import AgentRuntime
@testable import AgentStreams
@testable import RedisClient
import StrictJSON

/// The agent on whose stream the messages of these tests lie.
let upper = AgentIdentity(role: "upper", agentID: "host:1:2")

let router = Router(
  keys: Keys(prefix: "{ns}:"), envelopeLimits: EnvelopeLimits(), resultTimeToLive: 600, requestTimeToLive: 60)

/// A step of two seconds that began at 1000.
let step = Step(startTimestamp: 1000, duration: 2)

func delivery(fields: [(String, String)], deliveries: Int = 1) -> Delivery {
  let source = DeliverySource(
    stream: "{ns}:stream:role:upper", group: "cg:role:upper", consumer: "host:1:2/now", role: "upper",
    slots: Slots(capacity: 8))
  return Delivery(
    source: source,
    entry: StreamEntry(
      StreamID(milliseconds: 5, sequence: 1), fields: fields.map { ($0.0, ByteBuffer(string: $0.1)) }),
    deliveries: deliveries)
}

/// A delivery of an envelope with the required fields and more.
func delivery(_ more: String = "", payload: String = #"{"text":"x"}"#, deliveries: Int = 1) -> Delivery {
  let tail = more.isEmpty ? "" : "," + more
  let text = #"{"conversation_id":"c","message_id":"c:1.5","payload":\#(payload)\#(tail)}"#
  return delivery(fields: [("envelope", text)], deliveries: deliveries)
}

func message(
  _ more: String = "", payload: String = #"{"text":"x"}"#, deliveries: Int = 1
) throws -> ReceivedMessage {
  let delivery = delivery(more, payload: payload, deliveries: deliveries)
  let envelope = try (delivery.envelope ?? []).withUnsafeBytes { try Envelope(scanning: $0) }
  let member = delivery.withEnvelope { envelope.hostMember(in: $0) }
  return ReceivedMessage(delivery, envelope, member, agent: upper)
}

/// A write as a test looks at it: where to, and the envelope as JSON.
struct WrittenEnvelope {
  let key: String
  let isList: Bool
  let timeToLive: Int
  /// How the request ended, where it did.
  let state: RequestState?
  /// Milliseconds that it waits.
  let delay: Int
  let json: JSONValue

  /// nil where the write carries no envelope that is JSON.
  init?(_ write: CommitWrite?) {
    let bytes: [UInt8]
    var (isList, timeToLive, state, delay) = (false, 0, RequestState?.none, 0)
    switch write {
    case .forward(let stream, _, let envelope, _): (key, bytes) = (stream, envelope)
    case .result(let list, let envelope, let seconds):
      (key, isList, timeToLive, bytes) = (list, true, seconds, envelope)
    case .end(let end):
      (key, isList, timeToLive, bytes, state) = (end.list, true, end.timeToLive, end.envelope, end.state)
    case .delay(let message): (key, bytes, delay) = (message.set, message.envelope, message.milliseconds)
    case .deadLetter, nil: return nil
    }
    (self.isList, self.timeToLive, self.state, self.delay) = (isList, timeToLive, state, delay)
    guard let json = bytes.withUnsafeBytes({ try? JSONValue.parse($0) }) else { return nil }
    self.json = json
  }

  subscript(_ name: String) -> JSONValue? { json[name] }

  /// `code: message` of each of the payload's errors.
  var errors: [String] {
    (json["payload"]?["errors"]?.elements ?? []).map {
      "\($0["code"]?.string ?? ""): \($0["message"]?.string ?? "")"
    }
  }

  var trace: [JSONValue] { json["trace"]?.elements ?? [] }
}

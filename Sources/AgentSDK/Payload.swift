/// What becomes of the message's payload in a reply.
public struct Payload: Sendable, Equatable {
  package enum Mode: Sendable { case keep, merge, replace }

  package var mode: Mode
  package var json: [UInt8]

  /// The message's payload, as it came.
  public static let unchanged = Payload(mode: .keep, json: [])

  /// The value's top-level keys replace or join those of the message's payload.
  public static func merging(_ value: some Encodable) throws -> Payload {
    Payload(mode: .merge, json: try PayloadCoding.encode(value))
  }

  /// The top-level keys of `json`, one JSON object, replace or join those of the message's payload.
  public static func merging(json: [UInt8]) -> Payload { Payload(mode: .merge, json: json) }

  /// The value and nothing else: what the message carried is dropped.
  public static func replacing(_ value: some Encodable) throws -> Payload {
    Payload(mode: .replace, json: try PayloadCoding.encode(value))
  }

  /// `json`, one JSON object, and nothing else: what the message carried is dropped.
  public static func replacing(json: [UInt8]) -> Payload { Payload(mode: .replace, json: json) }
}

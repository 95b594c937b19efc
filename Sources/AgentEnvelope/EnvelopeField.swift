import StrictJSON

/// The top-level fields of an envelope: the fifteen that are written, in the order of the specification, and
/// three names that are only read.
package enum EnvelopeField: Int, CaseIterable, Sendable {
  case conversationID
  case messageID
  case targetRole
  case targetAgentID
  case targetList
  case senderRole
  case senderAgentID
  case kind
  case payload
  case updateTimestamp
  case resultList
  case trace
  case processCount
  case totalProcessingTime
  case createTimestamp

  /// Another name of `updateTimestamp`.
  case timestamp
  /// Another name of `targetRole`.
  case replyRole
  /// When set, the target list is the result list.
  case replyList

  /// The name on the wire.
  package var name: StaticString {
    switch self {
    case .conversationID: "conversation_id"
    case .messageID: "message_id"
    case .targetRole: "target_role"
    case .targetAgentID: "target_agent_id"
    case .targetList: "target_list"
    case .senderRole: "sender_role"
    case .senderAgentID: "sender_agent_id"
    case .kind: "kind"
    case .payload: "payload"
    case .updateTimestamp: "update_ts"
    case .resultList: "result_list"
    case .trace: "trace"
    case .processCount: "process_count"
    case .totalProcessingTime: "total_processing_time"
    case .createTimestamp: "create_ts"
    case .timestamp: "ts"
    case .replyRole: "reply_role"
    case .replyList: "reply_list"
    }
  }

  /// The name where it is written as it is.
  var expectedKey: ExpectedKey { Self.expectedKeys[rawValue] }

  private static let expectedKeys = allCases.map { ExpectedKey($0.name) }

  /// The one that is written after it.
  var next: EnvelopeField? { self == .createTimestamp ? nil : EnvelopeField(rawValue: rawValue + 1) }

  /// The field of a name.
  init?(_ key: JSONKey) {
    guard let field = Self.candidate(key), key == JSONKey(field.name) else { return nil }
    self = field
  }

  // An unescaped name is told from all others by its length and one byte.
  @inline(__always)
  private static func candidate(_ key: JSONKey) -> EnvelopeField? {
    if key.isEscaped { return allCases.first { key == JSONKey($0.name) } }
    let name = key.content
    switch name.count {
    case 2: return .timestamp
    case 4: return .kind
    case 5: return .trace
    case 7: return .payload
    case 9: return name[0] == UInt8(ascii: "u") ? .updateTimestamp : .createTimestamp
    case 10:
      if name[0] == UInt8(ascii: "m") { return .messageID }
      return name[6] == UInt8(ascii: "r") ? .replyRole : .replyList
    case 11:
      switch name[0] {
      case UInt8(ascii: "s"): return .senderRole
      case UInt8(ascii: "r"): return .resultList
      default: return name[7] == UInt8(ascii: "r") ? .targetRole : .targetList
      }
    case 13: return .processCount
    case 15:
      switch name[0] {
      case UInt8(ascii: "c"): return .conversationID
      case UInt8(ascii: "s"): return .senderAgentID
      default: return .targetAgentID
      }
    case 21: return .totalProcessingTime
    default: return nil
    }
  }
}

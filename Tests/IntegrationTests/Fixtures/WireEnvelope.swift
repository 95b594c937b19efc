import Foundation

/// An envelope as a reader outside has it. What the specification never leaves null has to be there.
struct WireEnvelope: Decodable, Sendable {
  struct Failure: Decodable, Equatable, Sendable {
    let code: String
    let message: String
  }

  struct Payload: Decodable, Sendable {
    let text: String?
    let errors: [Failure]?
  }

  struct TraceEntry: Decodable, Sendable {
    let start: Double
    let role: String
    let agentID: String
    let end: Double
    let duration: Double
    let error: String?
    let exception: String?
    let safetyViolation: Bool?

    enum CodingKeys: String, CodingKey {
      case start = "start_ts"
      case role
      case agentID = "agent_id"
      case end = "end_ts"
      case duration
      case error
      case exception
      case safetyViolation = "safety_violation"
    }
  }

  let conversationID: String
  let messageID: String
  let targetRole: String?
  let targetAgentID: String?
  let targetList: String?
  let senderRole: String
  let senderAgentID: String
  let kind: String
  let payload: Payload
  let updated: Double
  let resultList: String
  let trace: [TraceEntry]
  let processCount: Int
  let totalProcessingTime: Double
  let created: Double

  enum CodingKeys: String, CodingKey {
    case conversationID = "conversation_id"
    case messageID = "message_id"
    case targetRole = "target_role"
    case targetAgentID = "target_agent_id"
    case targetList = "target_list"
    case senderRole = "sender_role"
    case senderAgentID = "sender_agent_id"
    case kind
    case payload
    case updated = "update_ts"
    case resultList = "result_list"
    case trace
    case processCount = "process_count"
    case totalProcessingTime = "total_processing_time"
    case created = "create_ts"
  }

  init(json: String) throws {
    self = try JSONDecoder().decode(WireEnvelope.self, from: Data(json.utf8))
  }

  var errors: [Failure] { payload.errors ?? [] }
}

import AgentEnvelope
package import Logging
import RedisClient

extension Delivery {
  /// What a log's line about this entry bears, so that the line is found by its message, its conversation and its role.
  package var logNames: Logger.Metadata {
    var names: Logger.Metadata = ["role": "\(source.role)", "entry": "\(entry.id)"]
    withEnvelope { bytes in
      // What is no envelope is found by its entry. The host's own limit of size does not matter here.
      guard let envelope = try? Envelope(scanning: bytes, limits: EnvelopeLimits(maximumBytes: .max)) else {
        return
      }
      names["message_id"] = "\(envelope.messageID(in: bytes))"
      names["conversation_id"] = "\(envelope.conversationID(in: bytes))"
    }
    return names
  }
}

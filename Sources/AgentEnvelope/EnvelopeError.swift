package import StrictJSON

/// Why some bytes are no usable envelope, and what could still be read from them to answer with.
package struct EnvelopeError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The kinds of refusal.
  package enum Code: Equatable, Sendable {
    case notJSON(JSONError)
    case notAnObject
    case tooLarge(byteCount: Int, limit: Int)
    case missingField(EnvelopeField)
    case wrongType(EnvelopeField, expected: String, found: String)
    case badIdentifier(EnvelopeField, reason: String)
    case badResultList(reason: String)
  }

  /// What is wrong.
  package var code: Code
  /// The conversation id, when one that is allowed could be read.
  package var conversationID: String?
  /// The message id, when one that is allowed could be read.
  package var messageID: String?
  /// The list that an error result goes to, when one that is allowed could be read or the
  /// default is known to hold.
  package var resultList: String?

  package init(
    _ code: Code, conversationID: String? = nil, messageID: String? = nil, resultList: String? = nil
  ) {
    self.code = code
    self.conversationID = conversationID
    self.messageID = messageID
    self.resultList = resultList
  }

  package var description: String {
    switch code {
    case .notJSON(let error): "the envelope is not JSON: \(error)"
    case .notAnObject: "the envelope is JSON, but not an object; send an object with the envelope's fields"
    case .tooLarge(let byteCount, let limit):
      "the envelope has \(byteCount) bytes, more than the limit of \(limit); send large data by reference"
    case .missingField(let field):
      "the envelope has no \(field.name); conversation_id, message_id and payload are required"
    case .wrongType(let field, let expected, let found): "\(field.name) is \(found); it must be \(expected)"
    case .badIdentifier(let field, let reason): "\(field.name) \(reason)"
    case .badResultList(let reason): "result_list \(reason)"
    }
  }
}

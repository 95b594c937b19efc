package import StrictJSON

/// One entry of `payload.errors`.
package struct PayloadError: Equatable, Sendable {
  /// What kind of error, such as `upper.timeout`.
  package var code: String
  /// What happened, for a reader.
  package var message: String

  package init(code: String, message: String) {
    self.code = code
    self.message = message
  }

  /// Reads an entry of any writer: one that is no object is a message without a code.
  package init(reading value: JSONValue) {
    self.init(
      code: value["code"]?.string ?? "", message: value["message"]?.string ?? value.string ?? "")
  }

  func write(into output: inout ByteOutput) {
    output.append("{\"code\":")
    output.append(json: code)
    output.append(",\"message\":")
    output.append(json: message)
    output.append(ASCII.closeBrace)
  }
}

extension Envelope {
  /// The errors that the message has gathered.
  package func errors(in bytes: UnsafeRawBufferPointer) -> [PayloadError] {
    guard let span = payloadValue(PayloadKey.errors, in: bytes) else { return [] }
    return elements(of: span, in: bytes).map(PayloadError.init(reading:))
  }
}

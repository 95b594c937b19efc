/// Why a value cannot be the payload of a reply.
public enum PayloadError: Error, Equatable, CustomStringConvertible {
  /// The value encodes as something else than a JSON object.
  case notAnObject(type: String)

  /// What happened, and what to do.
  public var description: String {
    switch self {
    case .notAnObject(let type):
      "a payload is one JSON object, and \(type) does not encode as one: wrap it in a struct"
    }
  }
}

import AgentEnvelope
import StrictJSON

/// JSON for programs that read what a verb prints.
enum JSONText {
  /// One value on one line, with the line's end.
  static func line(_ value: JSONValue) -> String {
    var bytes: [UInt8] = []
    value.write(into: &bytes)
    return String(decoding: bytes, as: UTF8.self) + "\n"
  }
}

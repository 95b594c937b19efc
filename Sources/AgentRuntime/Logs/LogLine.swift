import AgentPlugins
import Glibc
import Logging
import StrictJSON

/// One line of a log. What it says is made fit for a line first, so that nobody can forge another.
struct LogLine: Sendable {
  /// Longer text is cut.
  static let maximumBytes = 8192

  /// Seconds since 1970.
  let time: Double
  let level: Logger.Level
  let message: String
  /// What it is about: names and values, in order.
  let details: [(name: String, value: String)]
  /// The part of the program that says it.
  let source: String

  init(time: Double, level: Logger.Level, message: String, metadata: Logger.Metadata, source: String) {
    self.time = time
    self.level = level
    self.message = LogText.escaped(message, maximumBytes: Self.maximumBytes)
    details = metadata.map { ($0, LogText.escaped("\($1)")) }.sorted { $0.name < $1.name }
    self.source = source
  }

  /// `2026-01-31T23:59:59.042Z warning [role=upper] what it says`, for people.
  var text: String {
    let about = details.map { "\($0.name)=\(Self.quoted($0.value))" }.joined(separator: " ")
    return "\(TimeText.timestamp(time)) \(level) \(about.isEmpty ? "" : "[\(about)] ")\(message)\n"
  }

  /// A JSON object, for programs.
  var json: String {
    var members: [JSONValue.Member] = [
      .init("time", .string(TimeText.timestamp(time))), .init("level", .string("\(level)")),
      .init("message", .string(message)), .init("source", .string(source)),
      .init("pid", .number(Int(getpid()))),
    ]
    members += details.map { .init($0.name, .string($0.value)) }
    var bytes: [UInt8] = []
    JSONValue.object(members).write(into: &bytes)
    return String(decoding: bytes, as: UTF8.self) + "\n"
  }

  /// So that it is seen where it ends.
  private static func quoted(_ value: String) -> String {
    if !value.isEmpty,
      value.utf8.allSatisfy({
        $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: "]")
      })
    {
      return value
    }
    var bytes: [UInt8] = []
    JSONValue.string(value).write(into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}

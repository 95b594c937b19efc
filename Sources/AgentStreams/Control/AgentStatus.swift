package import StrictJSON

/// An agent that lives, as its worker says.
package struct AgentStatus: Sendable, Equatable {
  package var id: String
  package var role: String
  /// The file that its code is of.
  package var library: String
  /// Messages that it holds.
  package var inWork = 0
  /// Messages that it has worked on.
  package var runs = 0
  /// Seconds that it has spent on them.
  package var runSeconds = 0.0
  /// Messages on which it failed, or took too long.
  package var errors = 0

  package init(id: String, role: String, library: String) {
    self.id = id
    self.role = role
    self.library = library
  }
}

extension AgentStatus {
  private init?(_ value: JSONValue) {
    guard let id = value["id"]?.string, let role = value["role"]?.string else { return nil }
    func count(_ name: String) -> Int { value[name]?.double.flatMap { Int(exactly: $0) } ?? 0 }
    self.init(id: id, role: role, library: value["library"]?.string ?? "")
    inWork = count("in_work")
    runs = count("runs")
    runSeconds = value["run_seconds"]?.double ?? 0
    errors = count("errors")
  }

  /// For programs.
  package var json: JSONValue {
    .object([
      .init("id", .string(id)), .init("role", .string(role)), .init("library", .string(library)),
      .init("in_work", .number(inWork)), .init("runs", .number(runs)),
      .init("run_seconds", .number(runSeconds)),
      .init("errors", .number(errors)),
    ])
  }

  /// All of a worker's, as the text that it says.
  package static func text(_ all: [AgentStatus]) -> String {
    var bytes: [UInt8] = []
    JSONValue.array(all.map(\.json)).write(into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What can't be read is not said.
  static func all(reading text: String) -> [AgentStatus] {
    var text = text
    let value = text.withUTF8 { try? JSONValue.parse(UnsafeRawBufferPointer($0), maximumDepth: 4) }
    return value?.elements?.compactMap(AgentStatus.init) ?? []
  }
}

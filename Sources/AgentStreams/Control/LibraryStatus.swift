package import StrictJSON

/// What a worker says of one library of its agents' folder.
package struct LibraryStatus: Sendable, Equatable {
  /// What the last look has come to.
  package enum Outcome: String, Sendable, CaseIterable {
    case new, changed, removed, unchanged, refused, disabled
    /// It is not loaded beside what this worker has mapped; the worker that takes its place loads it.
    case waiting
  }

  /// Why the file that lies there is not what runs.
  package struct Refusal: Sendable, Equatable {
    package var step: String
    package var expected: String
    package var found: String
    package var advice: String

    package init(step: String, expected: String, found: String, advice: String) {
      self.step = step
      self.expected = expected
      self.found = found
      self.advice = advice
    }

    package var description: String { "at \(step): expected \(expected), found \(found); \(advice)" }
  }

  package var file: String
  package var outcome: Outcome
  /// How often this worker has brought the library in; 0: it does not run.
  package var generation = 0
  /// SHA-256 of what runs.
  package var hash = ""
  /// What it was built with, for people; empty where that is not known.
  package var toolchain = ""
  package var roles: [String] = []
  /// Services of the host that its agents have asked for, and are not granted.
  package var deniedServices: [String] = []
  package var refusal: Refusal?

  package init(file: String, outcome: Outcome) {
    self.file = file
    self.outcome = outcome
  }

  /// The file's name without what all have: `greeting` for `agents.d/libgreeting.so`.
  package var name: String { Self.name(ofFile: file) }

  package static func name(ofFile file: String) -> String {
    var name = file.split(separator: "/").last.map(String.init) ?? file
    if name.hasSuffix(".so") { name.removeLast(3) }
    return name.hasPrefix("lib") ? String(name.dropFirst(3)) : name
  }
}

extension LibraryStatus {
  init?(_ value: JSONValue) {
    guard let file = value["file"]?.string, let outcome = value["outcome"]?.string.flatMap(Outcome.init)
    else { return nil }
    self.init(file: file, outcome: outcome)
    generation = value["generation"]?.double.flatMap { Int(exactly: $0) } ?? 0
    hash = value["hash"]?.string ?? ""
    toolchain = value["toolchain"]?.string ?? ""
    roles = value["roles"]?.elements?.compactMap(\.string) ?? []
    deniedServices = value["denied"]?.elements?.compactMap(\.string) ?? []
    if let refusal = value["refusal"], let step = refusal["step"]?.string {
      self.refusal = Refusal(
        step: step, expected: refusal["expected"]?.string ?? "", found: refusal["found"]?.string ?? "",
        advice: refusal["advice"]?.string ?? "")
    }
  }

  /// For programs.
  package var json: JSONValue {
    .object([
      .init("file", .string(file)), .init("outcome", .string(outcome.rawValue)),
      .init("generation", .number(generation)), .init("hash", .string(hash)),
      .init("toolchain", .string(toolchain)), .init("roles", .array(roles.map { .string($0) })),
      .init("denied", .array(deniedServices.map { .string($0) })),
      .init("refusal", refusal?.json ?? .null),
    ])
  }

  /// All of a worker's, as the text that it says.
  package static func text(_ all: [LibraryStatus]) -> String {
    var bytes: [UInt8] = []
    JSONValue.array(all.map(\.json)).write(into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What can't be read is not said.
  static func all(reading text: String) -> [LibraryStatus] {
    var text = text
    let value = text.withUTF8 { try? JSONValue.parse(UnsafeRawBufferPointer($0), maximumDepth: 8) }
    return value?.elements?.compactMap(LibraryStatus.init) ?? []
  }
}

extension LibraryStatus.Refusal {
  fileprivate var json: JSONValue {
    .object([
      .init("step", .string(step)), .init("expected", .string(expected)), .init("found", .string(found)),
      .init("advice", .string(advice)),
    ])
  }
}

import StrictJSON

/// What a worker has done for a role since it began, whichever of its agents did it.
package struct RoleTotals: Sendable, Equatable {
  /// Upper bounds of what a message takes, in seconds; beyond the last there is one more.
  package static let bounds = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
  ]

  package let role: String
  /// Messages that agents have worked on.
  package var runs = 0
  /// Of these, those on which they failed, or took too long.
  package var errors = 0
  package var timeouts = 0
  /// Messages that are to be tried again.
  package var retries = 0
  package var deadLetters = 0
  /// Messages that no agent was given: no envelope, or beyond a limit.
  package var refused = 0
  /// Messages that had been given out before.
  package var redeliveries = 0
  package var seconds = 0.0
  /// How many took no longer than each bound, and no less than the one before; the last: longer than all.
  package var durations = [Int](repeating: 0, count: bounds.count + 1)

  package init(role: String) { self.role = role }

  package mutating func took(_ duration: Double) {
    seconds += duration
    durations[Self.bounds.firstIndex { duration <= $0 } ?? Self.bounds.count] += 1
  }
}

extension RoleTotals {
  private static let counts: [(name: String, path: any WritableKeyPath<RoleTotals, Int> & Sendable)] = [
    ("runs", \.runs), ("errors", \.errors), ("timeouts", \.timeouts), ("retries", \.retries),
    ("dead_letters", \.deadLetters), ("refused", \.refused), ("redeliveries", \.redeliveries),
  ]

  private init?(_ value: JSONValue) {
    guard let role = value["role"]?.string else { return nil }
    self.init(role: role)
    // Anybody may have written it.
    func count(_ value: JSONValue?) -> Int { max(0, value?.double.flatMap { Int(exactly: $0) } ?? 0) }
    for (name, path) in Self.counts { self[keyPath: path] = count(value[name]) }
    seconds = max(0, value["seconds"]?.double ?? 0)
    let durations = value["durations"]?.elements?.map { count($0) } ?? []
    if durations.count == self.durations.count { self.durations = durations }
  }

  private var json: JSONValue {
    .object(
      [.init("role", .string(role))] + Self.counts.map { .init($0.name, .number(self[keyPath: $0.path])) } + [
        .init("seconds", .number(seconds)), .init("durations", .array(durations.map { .number($0) })),
      ])
  }

  /// All of a worker's, as the text that it says.
  package static func text(_ all: [RoleTotals]) -> String {
    var bytes: [UInt8] = []
    JSONValue.array(all.map(\.json)).write(into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What can't be read is not said.
  package static func all(reading text: String) -> [RoleTotals] {
    var text = text
    let value = text.withUTF8 { try? JSONValue.parse(UnsafeRawBufferPointer($0), maximumDepth: 4) }
    return value?.elements?.compactMap(RoleTotals.init) ?? []
  }
}

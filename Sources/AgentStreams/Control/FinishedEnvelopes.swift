package import StrictJSON

/// An envelope whose request has ended.
package struct FinishedEnvelope: Sendable, Equatable {
  /// When, in seconds since 1970.
  package var time: Double
  /// Seconds since it was created; 0 where it does not say when.
  package var age: Double
  /// What agents have spent on it.
  package var processingSeconds: Double
  package var steps: Int

  package init(time: Double, age: Double, processingSeconds: Double, steps: Int) {
    self.time = time
    self.age = age
    self.processingSeconds = processingSeconds
    self.steps = steps
  }
}

/// The envelopes that an agent has brought to their ends: sums of all, and the last ones.
package struct FinishedEnvelopes: Sendable, Equatable {
  package static let maximumRecent = 10

  package private(set) var count = 0
  package private(set) var age = 0.0
  package private(set) var processingSeconds = 0.0
  package private(set) var steps = 0
  /// The last ones; from `next` on where it is full, else from the first.
  private var ring: [FinishedEnvelope] = []
  private var next = 0

  package init() {}

  package mutating func add(_ envelope: FinishedEnvelope) {
    count += 1
    age += envelope.age
    processingSeconds += envelope.processingSeconds
    let (sum, overflow) = steps.addingReportingOverflow(envelope.steps)
    steps = overflow ? .max : sum
    if ring.count < Self.maximumRecent {
      ring.append(envelope)
    } else {
      ring[next] = envelope
      next = (next + 1) % Self.maximumRecent
    }
  }

  /// The oldest first.
  package var recent: [FinishedEnvelope] { Array(ring[next...] + ring[..<next]) }

  /// For programs.
  package var json: JSONValue {
    .object([
      .init("count", .number(count)), .init("age_seconds", .number(age)),
      .init("processing_seconds", .number(processingSeconds)), .init("steps", .number(steps)),
      .init(
        "recent",
        .array(
          recent.map { envelope in
            .object([
              .init("ts", .number(envelope.time)), .init("age", .number(envelope.age)),
              .init("processing", .number(envelope.processingSeconds)),
              .init("steps", .number(envelope.steps)),
            ])
          })),
    ])
  }
}

/// A message as it lies in a stream: what the host keeps of it, without a payload.
struct SimulatedEnvelope: Hashable, Sendable, CustomStringConvertible {
  let request: String
  /// Which of the chain's roles it is for.
  var stage: Int
  /// Goes up whenever the message is written anew, so that two copies of one writing are seen.
  var step = 0
  /// How often agents were given it before its entry of now was made.
  var attempts = 0

  init(request: String, stage: Int = 0) {
    self.request = request
    self.stage = stage
  }

  init?(_ text: String) {
    let parts = text.split(separator: "/").map(String.init)
    guard parts.count == 4, let stage = Int(parts[1]), let step = Int(parts[2]), let attempts = Int(parts[3])
    else { return nil }
    self.init(request: parts[0], stage: stage)
    self.step = step
    self.attempts = attempts
  }

  var description: String { "\(request)/\(stage)/\(step)/\(attempts)" }
  var bytes: [UInt8] { Array(description.utf8) }

  /// What one writing is known by.
  var writing: String { "\(request)/\(step)" }

  /// The message on its way to another stage.
  func forwarded(to stage: Int) -> SimulatedEnvelope {
    var next = self
    next.stage = stage
    next.step += 1
    next.attempts = 0
    return next
  }

  /// The message for the same stage once more.
  func again(attempts: Int) -> SimulatedEnvelope {
    var next = self
    next.step += 1
    next.attempts = attempts
    return next
  }
}

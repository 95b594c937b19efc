import AgentStreams
import SeededGenerator

/// A request, and what agents make of it at each stage of the chain.
struct SimulatedRequest: Sendable {
  enum Behaviour: Sendable, Equatable {
    /// To the next stage; from the last one to the caller.
    case forward
    case forwardLater(milliseconds: Int)
    /// To the own stream of an agent of the next stage.
    case forwardToAgent
    case retry(times: Int, milliseconds: Int)
    /// Forwards, and sends a message of its own.
    case sendBeside
    /// Sends a message of its own, and nothing else: the request lives on in that.
    case handOver
    case fail
    /// Kills whoever works on it.
    case poison
  }

  let id: String
  let priority: Priority
  /// To the stream that is named `normal` beside the role's own.
  var usesNamedNormalStream = false
  /// Milliseconds before the first stage may have it.
  var delay = 0
  /// The producer's key, where it has one.
  var key: String?
  var behaviours: [Behaviour] = [.forward, .forward, .forward]

  func isPoison(at stage: Int) -> Bool { behaviours[stage] == .poison }

  /// Whether the caller's list gets what becomes of it.
  var endsItself: Bool { !behaviours.contains(.handOver) }

  /// One that nothing special happens to.
  init(id: String, priority: Priority) {
    self.id = id
    self.priority = priority
  }

  init(id: String, lease: Int, oddness: Int, random: inout SeededGenerator) {
    self.init(id: id, priority: Priority.allCases.randomElement(using: &random) ?? .normal)
    usesNamedNormalStream = priority == .normal && random.chance(4)
    if random.chance(6) { delay = lease / 6 * Int.random(in: 1...6, using: &random) }
    if random.chance(3) { key = "key-\(id)" }
    for stage in behaviours.indices where random.chance(oddness) {
      behaviours[stage] = Self.oddBehaviour(lease: lease, random: &random)
    }
  }

  private static func oddBehaviour(lease: Int, random: inout SeededGenerator) -> Behaviour {
    switch Int.random(in: 0..<11, using: &random) {
    case 0, 1: .forwardLater(milliseconds: lease / 6 * Int.random(in: 1...6, using: &random))
    case 2, 3: .forwardToAgent
    case 4, 5:
      .retry(
        times: Int.random(in: 1...6, using: &random),
        milliseconds: lease / 6 * Int.random(in: 1...3, using: &random))
    case 6: .sendBeside
    case 7: .handOver
    case 8: .fail
    default: .poison
    }
  }
}

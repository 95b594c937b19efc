import RedisClient
import SeededGenerator

/// The way of a command from a worker to the server. It may get lost, its answer may, and it may come much later.
@IOActor
final class Network {
  enum Fate {
    case answered, answerLost, lost, late
  }

  private struct LateCommand {
    let what: String
    let deliver: @IOActor () async throws -> Void
  }

  /// One in so many commands fares badly; nil: none.
  var faultRate: Int?
  private(set) var commands = 0
  private var late: [LateCommand] = []

  var hasLate: Bool { !late.isEmpty }

  /// nil where the worker hears of nothing but a lost connection.
  func pass<Answer>(
    _ what: String, in simulation: Simulation, _ command: @escaping @IOActor () async throws -> Answer
  ) async throws -> Answer? {
    commands += 1
    let fate = fate(&simulation.random)
    switch fate {
    case .answered: return try await command()
    case .answerLost: _ = try await command()
    case .lost: break
    case .late: late.append(LateCommand(what: what) { _ = try await command() })
    }
    simulation.log("  \(what): \(fate)")
    return nil
  }

  private func fate(_ random: inout SeededGenerator) -> Fate {
    guard let faultRate, random.chance(faultRate) else { return .answered }
    return [Fate.answerLost, .answerLost, .lost, .late, .late].randomElement(using: &random) ?? .lost
  }

  /// A command arrives that its worker has long given up.
  func deliverLate(in simulation: Simulation) async throws {
    guard !late.isEmpty else { return }
    let command = late.remove(at: Int.random(in: late.indices, using: &simulation.random))
    simulation.log("late: \(command.what)")
    do {
      try await command.deliver()
    } catch let error as RedisError {
      // Nobody hears of it any more.
      guard error.meaning != nil else { throw error }
      simulation.log("  \(error)")
    }
  }
}

import RedisClient
import SeededGenerator

@testable import AgentStreams

/// What a worker has left behind of its death.
struct SimulatedDeath: Sendable {
  let worker: DeadWorker
  /// Whose code it was, where that is known.
  let stage: Int?
}

@IOActor
extension SimulatedDeath {
  /// Of a worker that was killed from outside: what was in work may have been the cause. Some leave nothing at all.
  static func unexplained(_ worker: SimulatedWorker) -> Self {
    let working = worker.agents.flatMap(\.working)
    let charged = worker.simulation.random.chance(4) ? nil : entries(of: working)
    return Self(
      worker: DeadWorker(worker.incarnation, charged: charged, wasOnProbation: worker.isOnProbation),
      stage: nil)
  }

  /// Of one that died of `delivery`: which one it was is known, or only whose, or nothing.
  static func killed(_ worker: SimulatedWorker, by delivery: Delivery, stage: Int) -> Self {
    let own = entries(of: [delivery])
    let others = worker.agents.first { $0.stage == stage }?.working ?? []
    let isOnProbation = worker.isOnProbation
    switch Int.random(in: 0..<6, using: &worker.simulation.random) {
    case 0: return Self(worker: DeadWorker(worker.incarnation, wasOnProbation: isOnProbation), stage: nil)
    case 1, 2:
      return Self(
        worker: DeadWorker(
          worker.incarnation, charged: others.isEmpty ? own : [:],
          suspected: entries(of: others + [delivery]), wasOnProbation: isOnProbation),
        stage: stage)
    default:
      return Self(
        worker: DeadWorker(
          worker.incarnation, charged: own, suspected: own, wasOnProbation: isOnProbation),
        stage: stage)
    }
  }

  /// By stream.
  private static func entries(of deliveries: [Delivery]) -> [String: [String]] {
    Dictionary(grouping: deliveries, by: \.source.stream).mapValues { $0.map(\.entry.id) }
  }
}

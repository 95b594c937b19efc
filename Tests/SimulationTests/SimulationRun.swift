import Foundation
import Logging
import RedisClient
import RedisTestServer

@testable import AgentStreams

let silentLogger = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }

/// A server of a run's own.
struct SimulationServer {
  let server: RedisTestServer
  let client: RedisClient

  init() async throws {
    server = try await RedisTestServer()
    let address = try RedisAddress(url: server.url)
    client = await RedisClient(
      settings: RedisConnectionSettings(address: address, name: "simulation"), logger: silentLogger)
  }
}

/// What some seeds have come to.
struct SimulationCounts: Sendable {
  var seeds = 0
  var steps = 0
  var commands = 0
  var deliveries = 0
  var unluckyDeadLetters = 0
  private(set) var violations: [Violation] = []

  mutating func add(_ violation: Violation) {
    violations.append(violation)
  }

  @IOActor
  mutating func add(_ simulation: Simulation) {
    seeds += 1
    steps += simulation.steps.count
    commands += simulation.network.commands
    deliveries += simulation.ledger.deliveries
    unluckyDeadLetters += simulation.ledger.unluckyDeadLetters
  }

  mutating func add(_ other: SimulationCounts) {
    seeds += other.seeds
    steps += other.steps
    commands += other.commands
    deliveries += other.deliveries
    unluckyDeadLetters += other.unluckyDeadLetters
    violations += other.violations
  }
}

/// Runs seeds one after the other on a server of their own, until so many of them have broken an invariant.
@IOActor
func simulate(_ seeds: [UInt64], mutation: Mutation? = nil, maximumViolations: Int = 1) async throws
  -> SimulationCounts
{
  let server = try await SimulationServer()
  var counts = SimulationCounts()
  for seed in seeds {
    let simulation = try Simulation(seed: seed, client: server.client, mutation: mutation)
    do {
      try await simulation.run()
    } catch let violation as Violation {
      counts.add(violation)
    }
    counts.add(simulation)
    if counts.violations.count >= maximumViolations { break }
  }
  server.client.close()
  return counts
}

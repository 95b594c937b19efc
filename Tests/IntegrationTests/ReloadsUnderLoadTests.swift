import Foundation
import RedisTestServer
import Testing

/// An agent's code exchanged again and again while requests come in: 12 times by default; `make reloads` makes it 100.
@Suite("Reloads, under load", .heavy, .serialized)
struct ReloadsUnderLoadTests {
  private static let senders = 32
  /// Of each sender: together about 1,000 requests a second, where the build can do so many.
  private static let pace = Duration.milliseconds(32)
  /// How often the layout of a C struct changes, which takes a new worker.
  private static let otherStructs = 10
  /// So that a worker reaches it between two of them.
  private static let maximumGenerations = 6

  private static var reloads: Int {
    ProcessInfo.processInfo.environment["AGENTHOST_RELOADS"].flatMap { Int($0) } ?? 12
  }

  /// The build of the n-th exchange; no two have the same bytes.
  private static func build(_ number: Int) throws -> Data {
    let name = number % otherStructs == 0 ? "ShapeThree" : number % 2 == 0 ? "ShapeTwo" : "ShapeOne"
    return try AgentsFolder.contents(of: name) + Data(repeating: 0, count: number)
  }

  @Test(
    "no request is lost or doubled, and each is answered by one build alone", .timeLimit(.minutes(15)))
  func inARow() async throws {
    let system = try await RunningSystem(
      settings: ["AGENTHOST_MAX_GENERATIONS": "\(Self.maximumGenerations)"])
    try await system.waitForListeners()
    let load = BackgroundLoad(
      url: system.server.url, inFlight: Self.senders, pace: Self.pace)
    var growth = MemoryGrowth()
    let start = ContinuousClock.now
    let counts = try await load.run {
      for number in 1...Self.reloads {
        try system.agents.write(try Self.build(number), as: "UppercaseAgent")
        let reload = try await Finished.agenthost(
          on: system.server, "reload", "--wait", "UppercaseAgent", "--timeout", "120")
        #expect(reload.status == 0, "\(number): \(reload.output)\(reload.errors)")
        // Of one look: the next worker may be started right after it.
        var workers: [Int32] = []
        try await RedisTestServer.wait(until: "one worker is left") {
          workers = system.host.workerProcessIdentifiers()
          return workers.count == 1
        }
        growth.look(at: workers[0])
        try await load.waitForAnswers(20)
      }
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    print(
      "reloads: \(Self.reloads) in \(Int(seconds)) s, \(counts.right) requests, "
        + "\(Int(Double(counts.right) / seconds))/s, p50 \(counts.percentile(50)), p99 \(counts.percentile(99)), "
        + "\(growth.workers) workers, \(growth.kilobytesEach) kB a generation")
    #expect(counts.faults == [], "\(system.host.log)")
    #expect(try system.wire.commandCount("lpush") == counts.right)
    // Each layout but the first is another worker's, and so is the one before it when it comes back.
    #expect(growth.workers >= 2 * (Self.reloads / Self.otherStructs))
    #expect(system.host.log.contains("is to be replaced: \(Self.maximumGenerations) generations of code"))
    for role in ["manager", "uppercase", "reverse"] { try await system.wire.waitUntilIdle(role) }
    #expect(!system.host.log.contains("ended unasked"), "\(system.host.log)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }
}

/// What generations of code cost in memory, as long as one worker has them all.
private struct MemoryGrowth {
  private var current: Int32 = 0
  private var last = 0
  private var grown = 0
  private var steps = 0
  private(set) var workers = 0

  mutating func look(at worker: Int32) {
    let memory = Self.privateKilobytes(of: worker)
    if worker == current {
      grown += memory - last
      steps += 1
    } else {
      workers += 1
    }
    (current, last) = (worker, memory)
  }

  var kilobytesEach: Int { steps == 0 ? 0 : grown / steps }

  /// Of what is the process's alone; with what requests take meanwhile.
  private static func privateKilobytes(of process: Int32) -> Int {
    let text = (try? String(contentsOfFile: "/proc/\(process)/smaps_rollup", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").filter { $0.hasPrefix("Private_") }
      .compactMap { $0.split(separator: " ").dropFirst().first.flatMap { Int($0) } }.reduce(0, +)
  }
}

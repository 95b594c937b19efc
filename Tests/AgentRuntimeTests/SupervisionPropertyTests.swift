import AgentRuntime
import Glibc
import SeededGenerator
import Testing

/// Children that behave at random, and answer every kill.
private struct RandomWorld {
  /// A worker as the machine has been told of it.
  struct Life {
    let place: WorkerPlaceName
    let incarnation: Incarnation
    var isReady = false
    var isAskedToEnd = false
  }

  var generator: SeededGenerator
  var driver: SupervisionDriver
  var workers: [Life] = []
  var redisLives = false
  var lives = 0
  let names = ["a", "b", "c"]

  mutating func perform(_ actions: [SupervisionAction]) {
    for action in actions {
      switch action {
      case .startWorker(let place): start(at: place)
      case .startRedis:
        #expect(!redisLives, "a second server beside a living one")
        redisLives = true
      case .signalWorker(let place, let incarnation, let signal): send(signal, to: incarnation, at: place)
      case .signalRedis(SIGKILL): endRedis(.signaled(signal: SIGKILL, dumpedCore: false))
      case .signalRedis:
        #expect(redisLives, "a signal to a server that has been reaped")
        #expect(workers.isEmpty, "the server is to end before its workers")
      case .finish: #expect(workers.isEmpty && !redisLives, "finished before its children")
      case .probeRedis, .log: break
      }
    }
    let ready = Dictionary(grouping: workers.filter { $0.isReady && !$0.isAskedToEnd }, by: \.place)
    #expect(ready.values.allSatisfy { $0.count == 1 }, "two serve at one place")
  }

  private mutating func start(at place: WorkerPlaceName) {
    #expect(workers.count { $0.place == place } < 2, "a third worker at one place")
    if Int.random(in: 0..<8, using: &generator) == 0 {
      perform(driver.tell(.worker(place, .notStarted(reason: "by chance"))))
      return
    }
    lives += 1
    let incarnation = Incarnation("\(lives)")
    workers.append(Life(place: place, incarnation: incarnation))
    perform(driver.tell(.worker(place, .started(incarnation))))
  }

  private mutating func send(_ signal: Int32, to incarnation: Incarnation, at place: WorkerPlaceName) {
    guard let index = workers.firstIndex(where: { $0.incarnation == incarnation && $0.place == place }) else {
      // A signal of the same step may come after the kill that ended it.
      Issue.record("\(signalName(signal)) to worker \(incarnation) of \(place), which is not there")
      return
    }
    if signal == SIGTERM { workers[index].isAskedToEnd = true }
    if signal == SIGKILL { end(index, .signaled(signal: SIGKILL, dumpedCore: false)) }
  }

  private mutating func end(_ index: Int, _ exit: ProcessExit) {
    let worker = workers.remove(at: index)
    perform(driver.tell(.worker(worker.place, .exited(worker.incarnation, exit))))
  }

  private mutating func endRedis(_ exit: ProcessExit) {
    guard redisLives else { return }
    redisLives = false
    perform(driver.tell(.redisExited(exit, lastLines: "")))
  }

  private mutating func becomeReady(_ index: Int) {
    workers[index].isReady = true
    perform(driver.tell(.worker(workers[index].place, .ready(workers[index].incarnation))))
  }

  mutating func step() {
    driver.pass(.milliseconds(Int.random(in: 0...2_000, using: &generator)))
    let exit = ProcessExit.exited(code: Int32.random(in: 0...3, using: &generator))
    let index = workers.indices.randomElement(using: &generator)
    switch Int.random(in: 0..<60, using: &generator) {
    case 0: perform(driver.tell(.signal(SIGTERM)))
    case 1..<4: perform(driver.tell(.signal(SIGHUP)))
    case 4..<12: if let index { end(index, exit) }
    case 12..<15: endRedis(exit)
    case 15..<28: if let index, !workers[index].isReady { becomeReady(index) }
    case 28..<34: if redisLives { perform(driver.tell(.redisAnswered)) }
    case 34..<38: if let index { namePlaces(by: workers[index]) }
    case 38..<44:
      if let index {
        let incarnation = workers[index].incarnation
        perform(
          driver.tell(.worker(workers[index].place, .asksForReplacement(incarnation, reason: "by chance"))))
      }
    case 44..<46: tellOfStrangers()
    case 46..<49:
      if let index {
        perform(driver.tell(.suspects(at: workers[index].place, by: workers[index].incarnation)))
      }
    case 49..<51:
      if let index { perform(driver.tell(.cleared(workers[index].place, by: workers[index].incarnation))) }
    default: perform(driver.reachDeadline())
    }
  }

  private mutating func namePlaces(by worker: Life) {
    guard worker.place == .main else { return }
    let wanted = names.filter { _ in Bool.random(using: &generator) }
    perform(driver.tell(.places(wanted, by: worker.incarnation)))
  }

  /// Nothing is done because of what nobody knows.
  private mutating func tellOfStrangers() {
    let stranger = Incarnation("stranger")
    let events: [WorkerEvent] = [
      .ready(stranger), .exited(stranger, .exited(code: 1)), .asksForReplacement(stranger, reason: "none"),
    ]
    for place in [WorkerPlaceName.main, .isolated("a"), .isolated("nowhere")] {
      for event in events {
        #expect(driver.tell(.worker(place, event)) == [])
      }
    }
    #expect(driver.tell(.places(["stranger"], by: stranger)) == [])
    #expect(driver.tell(.suspects(at: .main, by: stranger)) == [])
    #expect(driver.tell(.cleared(.probation(of: .main), by: stranger)) == [])
  }
}

@Suite("Supervision: any order of events")
struct SupervisionPropertyTests {
  @Test("At most one serves at each place, no signal to the dead, always an end", arguments: 0..<300)
  func invariants(seed: UInt64) {
    var world = RandomWorld(
      generator: SeededGenerator(seed: seed), driver: SupervisionDriver(ownsRedis: seed.isMultiple(of: 2)))
    world.perform(world.driver.tell(.begin))
    for _ in 0..<400 {
      if case .finished = world.driver.state.stage { return }
      world.step()
    }
    world.perform(world.driver.tell(.signal(SIGTERM)))
    let missed = world.workers.filter { !$0.isAskedToEnd }
    #expect(missed.isEmpty, "seed \(seed): never asked to end: \(missed)")
    // A stop that the children do not obey ends by its deadlines alone.
    for _ in 0..<30 { world.perform(world.driver.reachDeadline()) }
    guard case .finished = world.driver.state.stage else {
      Issue.record("seed \(seed): not finished after every deadline: \(world.driver.state)")
      return
    }
  }

  @Test("Status lines do not depend on how the bytes were cut", arguments: 0..<200)
  func statusLines(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let pieces = [
      "ready", "\n", "ready\n", "suspects\n", "cleared", "\u{0}", "é", "replace ", "places ", "a b\n", " ",
      "\n\n",
      String(repeating: "x", count: 3_000),
    ]
    let bytes = (0..<40).flatMap { _ in Array((pieces.randomElement(using: &generator) ?? "").utf8) }
    var whole = StatusLineBuffer()
    let expected = whole.append(bytes)
    var cut = StatusLineBuffer()
    var lines: [StatusLineBuffer.Line] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let chunk = rest.prefix(Int.random(in: 1...64, using: &generator))
      lines += cut.append(chunk)
      rest = rest.dropFirst(chunk.count)
    }
    #expect(lines == expected)
    #expect(cut == whole)
  }
}

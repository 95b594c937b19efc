import NIOCore
import SeededGenerator
import Testing

@testable import RedisClient

/// The pool's decisions, with connections that are only numbers.
@IOActor
@Suite struct ConnectionPoolTests {
  final class Connection: PooledConnection {
    var isOpen = true
    var bytesInFlight = 0
    nonisolated init() {}
  }

  private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

  private func pool(ceiling: Int, open: [Connection]) -> ConnectionPool<Connection> {
    var pool = ConnectionPool<Connection>(ceiling: ceiling, bytesForEach: 100)
    for connection in open { pool.opened(connection) }
    return pool
  }

  @discardableResult
  private func wait(_ pool: inout ConnectionPool<Connection>) -> UInt64 {
    let number = pool.takeNumber()
    pool.wait(.init(number: number, command: ByteBuffer()) { _ in })
    return number
  }

  /// `open`, or the number of the command that goes, and on which.
  private func step(
    _ pool: inout ConnectionPool<Connection>, at now: NIODeadline? = nil
  ) -> (opens: Bool, number: UInt64?, connection: Connection?)? {
    switch pool.nextStep(now: now ?? start) {
    case .open: (true, nil, nil)
    case .send(let waiting, let connection): (false, waiting.number, connection)
    case nil: nil
    }
  }

  @Test func `The first command opens the first connection, once`() {
    var pool = pool(ceiling: 3, open: [])
    #expect(pool.connectionForNext() == nil)
    let first = wait(&pool)
    let second = wait(&pool)
    #expect(step(&pool)?.opens == true)
    #expect(step(&pool) == nil, "an attempt is under way")
    let connection = Connection()
    pool.opened(connection)
    #expect(step(&pool)?.number == first)
    #expect(step(&pool)?.number == second)
    #expect(step(&pool) == nil)
    #expect(pool.connectionForNext() === connection)
  }

  @Test func `One is enough while it has room`() {
    let connection = Connection()
    var pool = pool(ceiling: 20, open: [connection])
    for bytes in [0, 50, 99] {
      connection.bytesInFlight = bytes
      #expect(pool.connectionForNext() === connection)
    }
    connection.bytesInFlight = 100
    #expect(pool.connectionForNext() == nil)
  }

  @Test func `Another is opened only where none has room, and used only while the first has none`() {
    let first = Connection()
    var pool = pool(ceiling: 2, open: [first])
    first.bytesInFlight = 100
    let number = wait(&pool)
    #expect(step(&pool)?.opens == true)
    let second = Connection()
    pool.opened(second)
    let sent = step(&pool)
    #expect(sent?.number == number && sent?.connection === second)
    #expect(pool.connectionForNext() === second)
    first.bytesInFlight = 0
    #expect(pool.connectionForNext() === first)
  }

  @Test func `At the ceiling commands wait, in order, and none passes them`() {
    let only = Connection()
    var pool = pool(ceiling: 1, open: [only])
    only.bytesInFlight = 100
    let numbers = (0..<3).map { _ in wait(&pool) }
    #expect(step(&pool) == nil)
    only.bytesInFlight = 99
    #expect(pool.connectionForNext() == nil, "others were there before")
    #expect(step(&pool)?.number == numbers[0])
    only.bytesInFlight = 100
    #expect(step(&pool) == nil)
    only.bytesInFlight = 0
    #expect(step(&pool)?.number == numbers[1])
    #expect(step(&pool)?.number == numbers[2])
    #expect(pool.connectionForNext() === only)
  }

  @Test func `A command that is cancelled is gone, and the others keep their order`() {
    let only = Connection()
    var pool = pool(ceiling: 1, open: [only])
    only.bytesInFlight = 100
    let numbers = (0..<3).map { _ in wait(&pool) }
    #expect(pool.cancel(numbers[1])?.number == numbers[1])
    #expect(pool.cancel(numbers[1]) == nil)
    only.bytesInFlight = 0
    #expect(step(&pool)?.number == numbers[0])
    #expect(pool.cancel(numbers[0]) == nil, "it has been sent")
    #expect(step(&pool)?.number == numbers[2])
    #expect(!pool.hasWaiting)
  }

  @Test func `An attempt that fails fails all that wait where there is no connection`() {
    var pool = pool(ceiling: 3, open: [])
    let numbers = (0..<2).map { _ in wait(&pool) }
    #expect(step(&pool)?.opens == true)
    #expect(pool.openingFailed(now: start).map(\.number) == numbers)
    wait(&pool)
    #expect(step(&pool)?.opens == true, "the next command is the next attempt")
  }

  @Test func `With a connection left, commands wait for it, and growing is put off`() {
    let first = Connection()
    var pool = pool(ceiling: 3, open: [first])
    first.bytesInFlight = 100
    let number = wait(&pool)
    #expect(step(&pool)?.opens == true)
    #expect(pool.openingFailed(now: start).isEmpty)
    #expect(step(&pool) == nil)
    #expect(step(&pool, at: start + .milliseconds(4)) == nil)
    #expect(step(&pool, at: start + .milliseconds(51))?.opens == true)
    first.bytesInFlight = 0
    #expect(step(&pool)?.number == number)
  }

  @Test func `One that is lost is not used, and another takes its place`() {
    let (first, second) = (Connection(), Connection())
    var pool = pool(ceiling: 2, open: [first, second])
    first.isOpen = false
    #expect(pool.connectionForNext() === second)
    pool.lost(first)
    second.bytesInFlight = 100
    wait(&pool)
    #expect(step(&pool)?.opens == true)
  }

  @Test func `What was opened for a rush is closed when it has been idle from one look to the next`() {
    let connections = (0..<3).map { _ in Connection() }
    var pool = pool(ceiling: 3, open: connections)
    connections[0].bytesInFlight = 100
    #expect(pool.connectionForNext() === connections[1])
    let unused = pool.takeIdle()
    #expect(unused.count == 1 && unused.first === connections[2])
    connections[1].bytesInFlight = 1
    #expect(pool.takeIdle().isEmpty, "it is at work")
    connections[1].bytesInFlight = 0
    #expect(pool.takeIdle().first === connections[1])
    #expect(pool.takeIdle().isEmpty, "the first stays, used or not")
    #expect(pool.connections.count == 1)
  }

  @Test(arguments: [UInt64(5), 6, 7])
  func `Whatever happens, bytes stay bounded, order is kept, and nothing is left behind`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var pool = pool(ceiling: 4, open: [])
    var expected: [UInt64] = []
    var attempts = 0
    for _ in 0..<20_000 {
      switch Int.random(in: 0..<8, using: &generator) {
      case 0...2:
        if pool.connectionForNext() == nil { expected.append(wait(&pool)) } else { #expect(expected.isEmpty) }
      case 3: pool.connections.randomElement(using: &generator)?.bytesInFlight = 0
      case 4 where attempts > 0:
        attempts -= 1
        pool.opened(Connection())
      case 5 where attempts > 0:
        attempts -= 1
        let failed = pool.openingFailed(now: start).map(\.number)
        if !failed.isEmpty {
          #expect(failed == expected)
          expected = []
        }
      case 6 where !expected.isEmpty:
        let number = expected.remove(at: Int.random(in: expected.indices, using: &generator))
        #expect(pool.cancel(number) != nil)
      case 7 where generator.chance(10):
        pool.connections.randomElement(using: &generator).map { pool.lost($0) }
      default: break
      }
      while let step = step(&pool, at: .distantFuture) {
        if step.opens { attempts += 1 }
        guard let number = step.number, let connection = step.connection else { continue }
        #expect(expected.removeFirst() == number)
        #expect(connection.bytesInFlight < 100)
        connection.bytesInFlight += Int.random(in: 1...80, using: &generator)
      }
      #expect(attempts <= 1 && pool.connections.count + attempts <= 4)
    }
  }
}

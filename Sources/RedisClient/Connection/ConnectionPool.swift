import DequeModule
import NIOCore

/// What the pool has to know of a connection.
@IOActor
protocol PooledConnection: AnyObject {
  var isOpen: Bool { get }
  /// Bytes of commands that are not answered yet.
  var bytesInFlight: Int { get }
}

/// Decides how many pipelined connections there are and which command goes on which; does no I/O.
///
/// Commands go on the first connection with room, so that those which were opened for a rush fall idle after it.
/// Another is opened only where none has room, up to a ceiling; there commands wait, in order.
@IOActor
struct ConnectionPool<Connection: PooledConnection> {
  /// One command that waits for room. How many can wait is bounded by who sends: each waits for its answer.
  struct Waiting {
    let number: UInt64
    let command: ByteBuffer
    let completion: @IOActor (Result<RedisReply, RedisError>) -> Void
  }

  enum Step {
    case send(Waiting, on: Connection)
    case open
  }

  private struct Entry {
    let connection: Connection
    var uses = 0
    var usesAtLastLook = 0
  }

  /// The most connections.
  private let ceiling: Int
  /// A connection with so many bytes in flight takes no more commands; so the bytes in flight are bounded.
  private let bytesForEach: Int
  private var entries: [Entry] = []
  private var waiting: Deque<Waiting> = []
  private var number: UInt64 = 0
  private var isOpening = false
  /// After an attempt that failed while others are open, the next is not made before this.
  private var growsAgain = NIODeadline.uptimeNanoseconds(0)
  private var backoff = Backoff()

  init(ceiling: Int, bytesForEach: Int) {
    self.ceiling = ceiling
    self.bytesForEach = bytesForEach
  }

  var connections: [Connection] { entries.map(\.connection) }
  var isEmpty: Bool { entries.isEmpty }
  var hasWaiting: Bool { !waiting.isEmpty }
  var waitingCount: Int { waiting.count }

  /// The connection for a command that comes now; nil where it must wait.
  mutating func connectionForNext() -> Connection? { waiting.isEmpty ? firstWithRoom() : nil }

  private mutating func firstWithRoom() -> Connection? {
    for index in entries.indices {
      let connection = entries[index].connection
      guard connection.isOpen, connection.bytesInFlight < bytesForEach else { continue }
      entries[index].uses &+= 1
      return connection
    }
    return nil
  }

  /// A number for a command that is to wait, for `cancel`.
  mutating func takeNumber() -> UInt64 {
    number += 1
    return number
  }

  /// Puts a command behind those that wait.
  mutating func wait(_ command: Waiting) { waiting.append(command) }

  /// Takes a command out, if it still waits.
  mutating func cancel(_ number: UInt64) -> Waiting? {
    waiting.firstIndex { $0.number == number }.map { waiting.remove(at: $0) }
  }

  /// What is to be done now; asked again until it is nothing.
  mutating func nextStep(now: NIODeadline) -> Step? {
    guard let first = waiting.first else { return nil }
    if let connection = firstWithRoom() {
      waiting.removeFirst()
      return .send(first, on: connection)
    }
    guard !isOpening, entries.count < ceiling, entries.isEmpty || now >= growsAgain else { return nil }
    isOpening = true
    return .open
  }

  mutating func opened(_ connection: Connection) {
    isOpening = false
    backoff.reset()
    entries.append(Entry(connection: connection))
  }

  /// The commands that fail with the attempt: all that wait, where there is no connection that could take them.
  mutating func openingFailed(now: NIODeadline) -> [Waiting] {
    isOpening = false
    growsAgain = now + TimeAmount(backoff.next())
    return entries.isEmpty ? takeWaiting() : []
  }

  mutating func lost(_ connection: Connection) {
    entries.removeAll { $0.connection === connection }
  }

  mutating func takeWaiting() -> [Waiting] {
    defer { waiting = [] }
    return Array(waiting)
  }

  /// Removes, all but the first, the connections that were not used since the last look.
  mutating func takeIdle() -> [Connection] {
    let idle = entries.dropFirst().filter { $0.uses == $0.usesAtLastLook && $0.connection.bytesInFlight == 0 }
    for entry in idle { lost(entry.connection) }
    for index in entries.indices { entries[index].usesAtLastLook = entries[index].uses }
    return idle.map(\.connection)
  }
}

import AgentOperations
import AgentRuntime
import AgentStreams
import Glibc
import RedisClient
import Synchronization

/// Reads how the system stands, again and again, for a thread that polls.
final class TopFeed: Sendable {
  enum News: Sendable {
    case snapshot(SystemSnapshot)
    case failure(CommandFailure)
  }

  /// Whoever shows is slower than whoever reads only for moments; of more, the oldest are dropped.
  private static let maximumNews = 16

  private let news = Mutex<[News]>([])
  /// Readable when there is news.
  let descriptor: OwnedDescriptor
  private let waking: OwnedDescriptor

  init() throws(SystemCallError) {
    (descriptor, waking) = try OwnedDescriptor.pipe()
    try descriptor.makeNonBlocking()
    try waking.makeNonBlocking()
  }

  /// Reads for as long as the process lives.
  func start(_ environment: CommandEnvironment, every interval: Duration) {
    Task.detached {
      do {
        try await environment.withRedis { client, keys in
          try await self.read(SnapshotReader(client: client, keys: keys), every: interval)
        }
      } catch {
        self.add(.failure(error as? CommandFailure ?? CommandFailure(.failed, "\(error)")))
      }
    }
  }

  /// Ends where the server can't be read from the beginning; later it is waited for.
  @IOActor
  private func read(_ reader: SnapshotReader, every interval: Duration) async throws {
    var hasRead = false
    while !Task.isCancelled {
      do throws(RedisError) {
        add(.snapshot(try await reader.read()))
        hasRead = true
      } catch {
        guard hasRead else { throw error }
        add(.failure(CommandFailure(.redisUnreachable, error.description)))
      }
      try? await IOActor.sleep(for: interval)  // cancelled: the loop's condition decides
    }
  }

  private func add(_ one: News) {
    news.withLock { news in
      news.append(one)
      if news.count > Self.maximumNews { news.removeFirst() }
    }
    // A pipe that is full wakes whoever polls it all the same.
    _ = write(waking.number, [0], 1)
  }

  /// What is new, the oldest first.
  func take() -> [News] {
    var bytes = [UInt8](repeating: 0, count: 256)
    while Glibc.read(descriptor.number, &bytes, bytes.count) > 0 {}
    return news.withLock { news in
      defer { news = [] }
      return news
    }
  }

  func wait(until deadline: Duration) throws(SystemCallError) {
    var waiting = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
    let timeout = MonotonicClock.pollTimeout(until: deadline, now: MonotonicClock.now())
    guard poll(&waiting, 1, timeout) >= 0 || errno == EINTR else { throw SystemCallError("wait for", "news") }
  }
}

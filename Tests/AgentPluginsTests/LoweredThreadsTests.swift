import Dispatch
import Glibc
import RedisTestServer
import SeededGenerator
import Synchronization
import Testing

@testable import AgentPlugins

/// Threads that the watchdog has taken priority from, on real threads.
@Suite(.timeLimit(.minutes(4)))
struct LoweredThreadsTests {
  /// A piece of work that has begun, seen from within its thread.
  private struct Begun: Sendable {
    let piece: Int
    let thread: UInt32
    let niceness: Int32
  }

  private final class Work: Sendable {
    private let begun: AsyncStream<Begun>
    private let beginning: AsyncStream<Begun>.Continuation
    private let gate = DispatchSemaphore(value: 0)
    private let running = Mutex((now: 0, peak: 0))

    init() {
      (begun, beginning) = AsyncStream.makeStream()
    }

    var peak: Int { running.withLock { $0.peak } }

    /// Does not end before `release`, where it blocks.
    func piece(_ number: Int, blocks: Bool = true) -> PluginWork {
      .call {
        self.running.withLock { $0 = ($0.now + 1, max($0.peak, $0.now + 1)) }
        self.beginning.yield(
          Begun(
            piece: number, thread: LoweredThreadsTests.callingThread,
            niceness: getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)))
        if blocks { self.gate.wait() }
        self.running.withLock { $0.now -= 1 }
      }
    }

    func release(_ count: Int = 1) {
      for _ in 0..<count { gate.signal() }
    }

    func next() async throws -> Begun {
      var iterator = begun.makeAsyncIterator()
      return try #require(await iterator.next())
    }
  }

  /// The kernel's number; 0 where it can't be had.
  private static var callingThread: UInt32 {
    var path = [CChar](repeating: 0, count: 64)
    let count = readlink("/proc/thread-self", &path, path.count)
    let text = path.prefix(max(0, count)).map { UInt8(bitPattern: $0) }
    let number = String(decoding: text, as: UTF8.self).split(separator: "/").last
    return number.flatMap { UInt32($0) } ?? 0
  }

  private func waitForEnd(of thread: UInt32) async throws {
    try await RedisTestServer.wait(until: "thread \(thread) has ended") {
      access("/proc/self/task/\(thread)", F_OK) != 0
    }
  }

  @Test func `A thread that was lowered ends with its work, and the next has the priority of any`()
    async throws
  {
    let file = try RecordFile()
    let threads = PluginThreads(name: "lowered", maximum: 1, record: file.record)
    let work = Work()
    threads.enqueue(work.piece(0))
    let first = try await work.next()
    #expect(first.niceness == ThreadPriority.atWork)
    file.record.lower(first.thread)
    #expect(
      getpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(first.thread)) == ThreadPriority.lowered)
    #expect(sched_getscheduler(pid_t(first.thread)) == ThreadPriority.idlePolicy)
    work.release()
    try await waitForEnd(of: first.thread)
    threads.enqueue(work.piece(1))
    let second = try await work.next()
    #expect(second.thread != first.thread && second.niceness == ThreadPriority.atWork)
    #expect(sched_getscheduler(pid_t(second.thread)) != ThreadPriority.idlePolicy)
    work.release()
    threads.retire()
  }

  @Test func `The last thread, lowered, takes all that is queued before it ends`() async throws {
    let file = try RecordFile()
    let threads = PluginThreads(name: "last", maximum: 1, record: file.record)
    let work = Work()
    threads.enqueue(contentsOf: (0..<5).map { work.piece($0) })
    let first = try await work.next()
    file.record.lower(first.thread)
    work.release(5)
    for piece in 1..<5 {
      let begun = try await work.next()
      #expect(begun.piece == piece && begun.thread == first.thread)
    }
    try await waitForEnd(of: first.thread)
    #expect(work.peak == 1)
    threads.retire()
  }

  @Test func `What is handed over while one goes on lowered has a new thread, and no more are at work`()
    async throws
  {
    let file = try RecordFile()
    let threads = PluginThreads(name: "successor", maximum: 1, record: file.record)
    let work = Work()
    threads.enqueue(contentsOf: [work.piece(0), work.piece(1)])
    let first = try await work.next()
    file.record.lower(first.thread)
    work.release()
    #expect(try await work.next().niceness == ThreadPriority.lowered)
    threads.enqueue(work.piece(2))
    work.release()
    let third = try await work.next()
    #expect(third.piece == 2 && third.thread != first.thread && third.niceness == ThreadPriority.atWork)
    work.release()
    #expect(work.peak == 1)
    threads.retire()
  }

  @Test func `What a lowered thread hands over itself is begun while it goes on`() async throws {
    let file = try RecordFile()
    let threads = PluginThreads(name: "own work", maximum: 2, record: file.record)
    let work = Work()
    let gate = DispatchSemaphore(value: 0)
    let (numbers, number) = AsyncStream.makeStream(of: UInt32.self)
    threads.enqueue(
      .call {
        number.yield(LoweredThreadsTests.callingThread)
        gate.wait()
        threads.enqueue(contentsOf: (0..<3).map { work.piece($0, blocks: false) })
        gate.wait()
      })
    let thread = try #require(await numbers.first { _ in true })
    file.record.lower(thread)
    gate.signal()
    for _ in 0..<3 { #expect(try await work.next().thread != thread) }
    gate.signal()
    try await waitForEnd(of: thread)
    threads.retire()
  }

  @Test func `Whatever is lowered, all work is done and never by more than the maximum`() async throws {
    var random = SeededGenerator(seed: 3)
    let file = try RecordFile()
    let threads = PluginThreads(name: "random", maximum: 3, record: file.record)
    let work = Work()
    var enqueued = 0
    var done: Set<Int> = []
    while done.count < 600 {
      let more = enqueued < 600 ? Int.random(in: done.count == enqueued ? 1...6 : 0...6, using: &random) : 0
      threads.enqueue(contentsOf: (enqueued..<enqueued + more).map { work.piece($0) })
      enqueued += more
      for _ in 0..<Int.random(in: 1...3, using: &random) where done.count < enqueued {
        let begun = try await work.next()
        #expect(done.insert(begun.piece).inserted)
        if Int.random(in: 0..<3, using: &random) == 0 { file.record.lower(begun.thread) }
        work.release()
      }
    }
    #expect(work.peak <= 3)
    threads.retire()
  }
}

import Dispatch
import Glibc
import SeededGenerator
import Synchronization
import Testing

@testable import AgentPlugins

@Suite(.timeLimit(.minutes(4)))
struct PluginThreadsTests {
  /// What the threads of a test do, seen from outside.
  private final class Work: Sendable {
    let events: AsyncStream<Int>
    private let event: AsyncStream<Int>.Continuation
    private let gate = DispatchSemaphore(value: 0)
    private let running = Mutex((now: 0, peak: 0))

    init() {
      (events, event) = AsyncStream.makeStream()
    }

    var peak: Int { running.withLock { $0.peak } }

    func ended(_ number: Int) {
      event.yield(number)
    }

    func plain(_ number: Int) -> PluginWork { .call { self.ended(number) } }

    /// Says that it has begun, and does not end before `release`.
    func blocking(_ number: Int) -> PluginWork {
      .call {
        self.running.withLock { $0 = ($0.now + 1, max($0.peak, $0.now + 1)) }
        self.event.yield(number)
        self.gate.wait()
        self.running.withLock { $0.now -= 1 }
      }
    }

    func release(_ count: Int) {
      for _ in 0..<count { gate.signal() }
    }

    func first(_ count: Int) async -> [Int] {
      var numbers: [Int] = []
      for await number in events {
        numbers.append(number)
        if numbers.count == count { break }
      }
      return numbers
    }
  }

  @Test func `One thread works in the order in which work came`() async {
    let threads = PluginThreads(name: "order", maximum: 1)
    let work = Work()
    for number in 0..<50 { threads.enqueue(work.plain(number)) }
    threads.enqueue(contentsOf: (50..<100).map(work.plain))
    #expect(await work.first(100) == Array(0..<100))
    threads.retire()
  }

  @Test(arguments: [1, 3])
  func `As many threads as there is work for, and never more than the maximum`(maximum: Int) async {
    let threads = PluginThreads(name: "limit", maximum: maximum)
    let work = Work()
    threads.enqueue(contentsOf: (0..<10).map(work.blocking))
    for number in 10..<20 { threads.enqueue(work.blocking(number)) }
    #expect(await work.first(maximum).count == maximum)
    work.release(20)
    #expect(await work.first(20 - maximum).count == 20 - maximum)
    #expect(work.peak == maximum)
    threads.retire()
  }

  @Test func `Work that blocks does not hold up what comes after it while a thread is left`() async {
    let threads = PluginThreads(name: "blocked", maximum: 2)
    let work = Work()
    threads.enqueue(work.blocking(0))
    #expect(await work.first(1) == [0])
    for number in 1...20 { threads.enqueue(work.plain(number)) }
    #expect(await work.first(20) == Array(1...20))
    work.release(1)
    threads.retire()
  }

  /// As many short ones as it takes to know that work is short, and that somebody watches.
  private func doShortWork(_ threads: PluginThreads, _ work: Work) async {
    for _ in 0..<50 {
      threads.enqueue(contentsOf: (0..<20).map(work.plain))
      _ = await work.first(20)
    }
  }

  @Test func `After much short work, work that blocks holds up others only as long as it takes to see it`()
    async
  {
    let threads = PluginThreads(name: "watched", maximum: 3)
    let work = Work()
    for _ in 0..<20 {
      await doShortWork(threads, work)
      threads.enqueue(work.blocking(-1))
      #expect(await work.first(1) == [-1])
      threads.enqueue(contentsOf: [work.blocking(-2), work.plain(1), work.plain(2)])
      // Only others can do these: the thread that has begun blocks, and so does the next.
      #expect(await work.first(3).sorted() == [-2, 1, 2])
      work.release(2)
    }
    #expect(work.peak <= 3)
    threads.retire()
  }

  @Test func `Of short work nothing is left over, however it comes`() async {
    var random = SeededGenerator(seed: 11)
    let threads = PluginThreads(name: "short", maximum: 4)
    let work = Work()
    var expected = 0
    for _ in 0..<2000 {
      let count = Int.random(in: 1...40, using: &random)
      threads.enqueue(contentsOf: (0..<count).map(work.plain))
      expected += count
      // Now and then all threads come to rest.
      if Int.random(in: 0..<20, using: &random) == 0 {
        #expect(await work.first(expected).count == expected)
        expected = 0
      }
    }
    #expect(await work.first(expected).count == expected)
    threads.retire()
  }

  @Test func `Threads end when they are retired, after all that was queued`() async throws {
    let work = Work()
    weak var ended: PluginThreads?
    do {
      let threads = PluginThreads(name: "retire", maximum: 3)
      ended = threads
      threads.enqueue(contentsOf: (0..<3).map(work.blocking))
      #expect(await work.first(3).count == 3)
      threads.enqueue(contentsOf: (3..<10).map(work.plain))
      threads.retire()
    }
    #expect(ended != nil, "work under way keeps its threads")
    work.release(3)
    #expect(await work.first(7).sorted() == Array(3..<10))
    while ended != nil { await Task.yield() }
  }

  @Test func `Work that comes after the end is done all the same`() async {
    let threads = PluginThreads(name: "after", maximum: 2)
    let work = Work()
    threads.retire()
    threads.enqueue(work.plain(1))
    #expect(await work.first(1) == [1])
    threads.enqueue(contentsOf: (2...9).map(work.plain))
    #expect(await work.first(8).sorted() == Array(2...9))
  }

  @Test func `A plugin's own job gets its two pointers`() async {
    let threads = PluginThreads(name: "job")
    let box = Box()
    // SAFETY: the test holds the box until the job has run.
    let context = Unmanaged.passUnretained(box).toOpaque()
    threads.enqueue(
      .job(
        PluginJob(
          agent: .none, token: 0,
          run: { context, job in
            guard let context else { return }
            // SAFETY: it is the box from above.
            Unmanaged<Box>.fromOpaque(context).takeUnretainedValue().ran(with: job)
          }, context: context, job: UnsafeMutableRawPointer(bitPattern: 0x10))))
    #expect(await box.jobs.first { _ in true } == 0x10)
    threads.retire()
  }

  private final class Box: Sendable {
    let jobs: AsyncStream<Int>
    private let job: AsyncStream<Int>.Continuation

    init() {
      (jobs, job) = AsyncStream.makeStream()
    }

    func ran(with pointer: UnsafeMutableRawPointer?) {
      job.yield(Int(bitPattern: pointer))
    }
  }

  @Test func `A thread has the name of its plugin, as much of it as the system keeps`() async {
    let threads = PluginThreads(name: "translation-agent-library")
    let name = await threads.run { () -> String in
      var buffer = [UInt8](repeating: 0, count: 64)
      let descriptor = open("/proc/thread-self/comm", O_RDONLY | O_CLOEXEC)
      defer { close(descriptor) }
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
    #expect(name == "translation-age\n")
    threads.retire()
  }
}

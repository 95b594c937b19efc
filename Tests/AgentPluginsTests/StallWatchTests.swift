import SeededGenerator
import Testing

@testable import AgentPlugins

@Suite struct StallWatchTests {
  private func work(_ thread: UInt32, since: Int, token: UInt64 = 1) -> StallWatch.Work {
    StallWatch.Work(thread: thread, agent: 0, token: token, since: .seconds(since))
  }

  @Test func `What takes longer than the limit is told of once, and when it is over`() {
    var watch = StallWatch(limit: .seconds(2), lostLimit: .seconds(5), busyLimit: .seconds(10_000))
    #expect(watch.look(at: [work(1, since: 10)], now: .seconds(11)) == [])
    let long = work(1, since: 10)
    #expect(watch.look(at: [long], now: .seconds(12)) == [.stalled(long, after: .seconds(2))])
    #expect(watch.look(at: [long], now: .seconds(13)) == [])
    #expect(watch.look(at: [], now: .seconds(15)) == [.recovered(long, after: .seconds(5))])
    #expect(watch.look(at: [], now: .seconds(16)) == [])
  }

  @Test func `The next piece of work on the same thread is another one`() {
    var watch = StallWatch(limit: .seconds(2), lostLimit: .seconds(5), busyLimit: .seconds(10_000))
    let first = work(1, since: 10)
    let second = work(1, since: 14, token: 2)
    _ = watch.look(at: [first], now: .seconds(13))
    #expect(watch.look(at: [second], now: .seconds(15)) == [.recovered(first, after: .seconds(5))])
    #expect(watch.look(at: [second], now: .seconds(16)) == [.stalled(second, after: .seconds(2))])
  }

  @Test func `Work that goes on when its call has ended has lost its thread, which is told once`() {
    var watch = StallWatch(limit: .seconds(2), lostLimit: .seconds(5), busyLimit: .seconds(10_000))
    var long = work(1, since: 10)
    #expect(watch.look(at: [long], now: .seconds(12)).count == 1)
    #expect(watch.look(at: [long], now: .seconds(40)) == [])
    long.isOver = true
    #expect(watch.look(at: [long], now: .seconds(41)) == [])
    #expect(watch.look(at: [long], now: .seconds(45)) == [])
    #expect(watch.look(at: [long], now: .seconds(46)) == [.lost(long, after: .seconds(36))])
    #expect(watch.look(at: [long], now: .seconds(60)) == [])
    #expect(watch.look(at: [], now: .seconds(61)).count == 1)
  }

  @Test func `Work that keeps a processor is to be lowered once, and the next on its thread anew`() {
    var watch = StallWatch(limit: .seconds(100), lostLimit: .seconds(100), busyLimit: .seconds(2))
    /// On thread 1 one that has the whole of a processor, on thread 2 one that has a quarter.
    func looks(token: UInt64, since: Int, at times: ClosedRange<Int>) -> [[UInt32]] {
      times.map { now in
        var keeps = work(1, since: since, token: token)
        keeps.processorTime = .seconds(now)
        var shares = work(2, since: 0)
        shares.processorTime = .milliseconds(250 * now)
        return watch.look(at: [keeps, shares], now: .seconds(now)).compactMap {
          if case .busy(let work) = $0 { work.thread } else { nil }
        }
      }
    }
    #expect(looks(token: 1, since: 3, at: 3...7) == [[], [], [1], [], []])
    #expect(looks(token: 2, since: 7, at: 8...12) == [[], [], [1], [2], []])
    #expect(watch.look(at: [], now: .seconds(13)) == [])
  }

  @Test func `Who waits is not lowered, however long it takes`() {
    var watch = StallWatch(limit: .seconds(100), lostLimit: .seconds(100), busyLimit: .seconds(2))
    for now in 1..<100 { #expect(watch.look(at: [work(1, since: 0)], now: .seconds(now)) == []) }
  }

  @Test func `Each stall is told of once and each ends once, whatever comes`() {
    var random = SeededGenerator(seed: 11)
    var watch = StallWatch(limit: .seconds(3), lostLimit: .seconds(5), busyLimit: .seconds(10_000))
    var open: Set<UInt32> = []
    var since: [UInt32: Int] = [:]
    for now in 0..<2000 {
      for thread in 0..<UInt32(6) where Int.random(in: 0..<6, using: &random) == 0 {
        since[thread] = Bool.random(using: &random) ? now : nil
      }
      let working = since.map { work($0.key, since: $0.value) }
      for event in watch.look(at: working, now: .seconds(now)) {
        switch event {
        case .stalled(let work, let time):
          #expect(open.insert(work.thread).inserted && time >= .seconds(3))
        case .lost, .busy: Issue.record("no call has ended, and nothing takes so long")
        case .recovered(let work, _): #expect(open.remove(work.thread) != nil)
        }
      }
      #expect(open == Set(working.filter { .seconds(now) - $0.since >= .seconds(3) }.map(\.thread)))
    }
  }
}

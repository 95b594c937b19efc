import NIOCore
import Testing

@testable import RedisClient

struct BeatTests {
  @Test
  func `Who waits for the same interval is woken at the same instant, and who waits for a multiple as well`()
  {
    let start = NIODeadline.now()
    for offset in [0, 1, 999_999_999, 1_000_000_000, 1_234_567_890, 59_999_999_999] as [Int64] {
      let now = start + .nanoseconds(offset)
      let next = { (interval: Duration) in
        now + TimeAmount(IOActor.timeToNextBeat(every: interval, at: now))
      }
      #expect(next(.seconds(1)) > now && next(.seconds(1)) <= now + .seconds(1))
      let five = next(.seconds(5))
      let before = five - .nanoseconds(1)
      #expect(before + TimeAmount(IOActor.timeToNextBeat(every: .seconds(1), at: before)) == five)
      #expect(five + TimeAmount(IOActor.timeToNextBeat(every: .seconds(5), at: five)) == five + .seconds(5))
    }
  }

  @Test(arguments: [1.0, 1.5, 2, 4.99, 5, 59.97, 3600])
  func `What comes every so often comes with the beat that is nearest`(seconds: Double) {
    let start = NIODeadline.now()
    let beat = Duration.seconds(seconds >= 5 ? 5 : 1)
    let most = beat / 2 + .milliseconds(1)
    for offset in [0, 1, 400_000_000, 949_999_999, 950_000_000, 999_999_999] as [Int64] {
      let now = start + .nanoseconds(offset)
      let wait = IOActor.timeToBeat(in: .seconds(seconds), at: now)
      #expect(wait > .seconds(seconds) - most && wait < .seconds(seconds) + most)
      let due = now + TimeAmount(wait)
      #expect(due + TimeAmount(IOActor.timeToNextBeat(every: beat, at: due)) == due + TimeAmount(beat))
      // What takes less than half a second keeps its pace.
      let ended = due + .milliseconds(499)
      if beat == .seconds(seconds) {
        #expect(ended + TimeAmount(IOActor.timeToBeat(in: beat, at: ended)) == due + TimeAmount(beat))
      }
    }
    #expect(IOActor.timeToBeat(in: .milliseconds(999), at: start) == .milliseconds(999))
  }

  @Test func `Who blocks does so up to then, and never for ever`() {
    for interval in [TimeAmount.nanoseconds(1), .microseconds(300), .milliseconds(1), .seconds(5)] {
      for _ in 0..<100 {
        let block = IOActor.block(untilNext: interval)
        #expect(block >= .milliseconds(1) && block <= interval + .milliseconds(1))
        #expect(block.nanoseconds % 1_000_000 == 0)
      }
    }
  }

  @Test func `It waits until then`() async throws {
    let interval = Duration.milliseconds(20)
    for _ in 0..<5 {
      let before = NIODeadline.now()
      let due = before + TimeAmount(IOActor.timeToNextBeat(every: interval, at: before))
      try await IOActor.sleep(untilNext: interval)
      #expect(NIODeadline.now() >= due)
    }
  }
}

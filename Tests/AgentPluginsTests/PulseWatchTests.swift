import Testing

@testable import AgentPlugins

@Suite struct PulseWatchTests {
  private static let step = Duration.milliseconds(250)

  /// Looks every step from `start` on; the time after which it was first told, if it was.
  private func told(
    _ watch: inout PulseWatch, from start: Duration, looks: Int, beats: (Int) -> UInt64
  ) -> Duration? {
    for look in 0..<looks {
      let now = start + Self.step * look
      if watch.look(at: beats(look), now: now) != nil { return now - start }
    }
    return nil
  }

  @Test func `A pulse that goes on, however slowly, is never missed`() {
    var watch = PulseWatch(limit: .seconds(4))
    #expect(told(&watch, from: .seconds(100), looks: 400, beats: { UInt64($0 / 7 + 1) }) == nil)
  }

  @Test func `One that stands still is missed after the limit, and no more when it goes on`() {
    var watch = PulseWatch(limit: .seconds(4))
    #expect(told(&watch, from: .seconds(100), looks: 400, beats: { _ in 5 }) == .seconds(4))
    #expect(watch.look(at: 6, now: .seconds(105)) == nil)
    #expect(watch.look(at: 6, now: .seconds(105) + Self.step) == nil)
  }

  @Test func `A limit that is too short for a busy machine is none`() {
    var watch = PulseWatch(limit: .milliseconds(500))
    #expect(told(&watch, from: .seconds(100), looks: 400, beats: { _ in 5 }) == PulseWatch.shortestLimit)
  }

  @Test func `Before the first beat nothing is missed`() {
    var watch = PulseWatch(limit: .seconds(4))
    #expect(told(&watch, from: .seconds(100), looks: 400, beats: { _ in 0 }) == nil)
    #expect(told(&watch, from: .seconds(200), looks: 400, beats: { _ in 1 }) == .seconds(4))
  }

  @Test func `A process that was stopped for hours has missed one step`() {
    var watch = PulseWatch(limit: .seconds(4))
    #expect(watch.look(at: 5, now: .seconds(100)) == nil)
    #expect(watch.look(at: 5, now: .seconds(100) + Self.step) == nil)
    for hour in 1...2 {
      #expect(watch.look(at: 5, now: .seconds(3600 * hour)) == nil)
    }
    #expect(watch.look(at: 6, now: .seconds(7200) + Self.step) == nil)
    #expect(told(&watch, from: .seconds(7201), looks: 14, beats: { _ in 6 }) == nil)
  }
}

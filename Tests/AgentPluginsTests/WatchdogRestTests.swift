import Testing

@testable import AgentPlugins

@Suite(.timeLimit(.minutes(1)))
struct WatchdogRestTests {
  /// Longer than any test.
  private static let long = Duration.seconds(86_400)

  @Test func `A rest that nothing ends is taken whole`() {
    let rest = WatchdogRest()
    rest.end()
    #expect(rest.take(.milliseconds(1)) { false }, "what was before it does not count")
    #expect(rest.take(.milliseconds(1)) { false })
  }

  @Test func `Where there is work there is no rest`() {
    #expect(!WatchdogRest().take(Self.long) { true })
  }

  @Test func `It ends when an agent gets a thread, also just before it is begun`() {
    let rest = WatchdogRest()
    let taken = rest.take(Self.long) {
      rest.end()
      return false
    }
    #expect(!taken)
    #expect(rest.take(.milliseconds(1)) { false }, "one end is for one rest")
  }

  @Test func `Each piece of an agent's work ends it, and nothing else that a thread does`() throws {
    let file = try RecordFile()
    let (record, agent) = (file.record, file.addAgent("upper"))
    let thread = record.enterThread()
    defer { record.leaveThread(thread) }
    let taken = record.rest.take(Self.long) {
      record.run(agent, 0, on: thread)
      return false
    }
    #expect(!taken)
    let takenWhole = record.rest.take(.milliseconds(1)) {
      record.idle(thread)
      record.run(.none, 0, on: thread)
      return false
    }
    #expect(takenWhole)
  }
}

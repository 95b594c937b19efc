import AgentPlugins
import Testing

@testable import AgentRuntime

struct StepLimitTests {
  @Test func `What our own code does may take its time, and what a library's code does may not`() {
    let short = StepLimit(seconds: 5)
    #expect(short.seconds(for: .read) == StepLimit.own)
    for step in [LibraryError.Step.load, .entry, .create, .destroy] { #expect(short.seconds(for: step) == 5) }
    #expect(StepLimit(seconds: 100).seconds(for: .read) == 100)
  }

  @Test func `Who exceeds it is told what to do about it`() {
    let limit = StepLimit(seconds: 5)
    let read = limit.exceeded(.read, of: "agents.d")
    #expect(read.expected.contains("\(StepLimit.own) s") && read.advice.contains("folder"))
    let create = limit.exceeded(.create, of: "a.so")
    #expect(create.expected.contains("5.0 s") && create.advice.contains("constructor"))
  }
}

import AgentPlugins
import Dispatch
import RedisClient
import Testing

@testable import AgentRuntime

@Suite @IOActor struct CallLimitTests {
  @Test func `A call gives its value within its time`() async {
    let threads = PluginThreads(name: "in time")
    #expect(await threads.run(within: 30) { 7 } == 7)
    threads.retire()
  }

  @Test func `A call that takes too long gives nothing, and its thread goes on later`() async {
    let threads = PluginThreads(name: "too long", maximum: 1)
    let gate = DispatchSemaphore(value: 0)
    let value = await threads.run(within: 0.05) {
      gate.wait()
      return 7
    }
    #expect(value == nil)
    gate.signal()
    #expect(await threads.run(within: 30) { 8 } == 8)
    threads.retire()
  }

  @Test func `A call is given up with the task that waits for it`() async {
    let threads = PluginThreads(name: "given up", maximum: 1)
    let gate = DispatchSemaphore(value: 0)
    let (begun, beginning) = AsyncStream.makeStream(of: Void.self)
    let task = Task {
      await threads.run(within: 3600) {
        beginning.finish()
        gate.wait()
        return 7
      }
    }
    for await _ in begun {}
    task.cancel()
    #expect(await task.value == nil)
    let late = Task { await threads.run(within: 3600) { 8 } }
    late.cancel()
    #expect(await late.value == nil)
    gate.signal()
    threads.retire()
  }
}

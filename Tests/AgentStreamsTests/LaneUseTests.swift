import NIOCore
import Testing

@testable import AgentStreams

@Suite("On which lanes a reader blocks, by a clock of the test's own")
struct LaneUseTests {
  private func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .seconds(1000 + seconds) }

  @Test func `At first it looks at all, then blocks on the main one; somebody else waits for the others`() {
    var use = LaneUse(count: 4, always: 1)
    let looks = [use.next(), use.next()]
    #expect(looks == [.all, .used])
    #expect(use.lanes(of: .all) == [0, 1, 2, 3])
    #expect(use.lanes(of: .used) == [1])
    let changes = (0..<2).map { _ in use.received([false, true, false, false], at: at(0)) }
    #expect(changes == [.init(used: [], idle: [0, 2, 3]), .init()])
  }

  @Test func `A lane that has something is in use, and stays so for a while`() {
    var use = LaneUse(count: 4, always: 1)
    _ = use.received([false, false, false, false], at: at(0))
    let first = use.received([true, false, false, false], at: at(5))
    #expect(first == .init(used: [0], idle: []))
    #expect(use.lanes(of: .used) == [0, 1])
    let later = [30, 65, 66].map { use.received([false, true, false, false], at: at($0)) }
    #expect(later == [.init(), .init(), .init(used: [], idle: [0])])
    #expect(use.lanes(of: .used) == [1])
  }

  @Test func `After a hint it looks at all once`() {
    var use = LaneUse(count: 2, always: 0)
    _ = use.next()
    use.mustLook = true
    let looks = [use.next(), use.next()]
    #expect(looks == [.all, .used])
  }
}

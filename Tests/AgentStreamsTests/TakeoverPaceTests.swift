import NIOCore
import Testing

@testable import AgentStreams

@Suite struct TakeoverPaceTests {
  private static let policy = LeasePolicy(lease: .seconds(30))

  private static func instant(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .seconds(seconds) }

  @Test func `Who is new gives the others time to renew: the server may just have come back`() {
    var pace = TakeoverPace(policy: Self.policy)
    let answers = [0, 19, 20, 30].map { pace.answered(after: .zero, at: Self.instant($0)) }
    #expect(answers == [false, false, true, true])
  }

  @Test func `So does who could not reach the server, or had to wait for it`() {
    var pace = TakeoverPace(policy: Self.policy)
    for second: Int64 in [0, 20] { _ = pace.answered(after: .zero, at: Self.instant(second)) }
    pace.failed()
    let afterFailure = [30, 50].map { pace.answered(after: .zero, at: Self.instant($0)) }
    #expect(afterFailure == [false, true])
    let slow = pace.answered(after: .seconds(6), at: Self.instant(60))
    #expect(!slow)
    let afterWait = [79, 80].map { pace.answered(after: .zero, at: Self.instant($0)) }
    #expect(afterWait == [false, true])
  }
}

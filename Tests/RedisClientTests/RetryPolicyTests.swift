import Testing

@testable import RedisClient

@Suite struct RetryPolicyTests {
  static let rows: [(error: RedisError, once: Bool, repeatable: Bool)] = [
    (.unreachable(address: "a", why: "w"), true, true),
    (.response("LOADING Redis is loading"), true, true),
    (.response("OOM command not allowed script: 12, on @user_script:3."), false, true),
    (.connectionLost(why: "w"), false, true),
    (.timedOut(seconds: 1), false, true),
    (.response("ERR no"), false, false),
    (.response("NOGROUP no"), false, false),
    (.response("NOAUTH no"), false, false),
    (.notSent(why: "w"), false, false),
    (.protocolViolation("w"), false, false),
    (.unexpectedReply(command: "c"), false, false),
    (.invalidAddress("w"), false, false),
  ]

  @Test(arguments: rows)
  func `What may have taken effect is sent again only where twice is once`(
    row: (error: RedisError, once: Bool, repeatable: Bool)
  ) {
    for (effect, expected) in [(CommandEffect.once, row.once), (.repeatable, row.repeatable)] {
      var policy = RetryPolicy(effect: effect, attempts: 1)
      #expect((policy.wait(after: row.error) != nil) == expected, "\(effect)")
    }
  }

  @Test func `A command is sent again so often and no more, after growing waits`() {
    var policy = RetryPolicy(effect: .repeatable, attempts: 3)
    for limit in [50, 100, 200] {
      let wait = policy.wait(after: .timedOut(seconds: 1))
      #expect(wait.map { $0 <= .milliseconds(limit) } == true)
    }
    #expect(policy.wait(after: .timedOut(seconds: 1)) == nil)
    var never = RetryPolicy(effect: .repeatable, attempts: 0)
    #expect(never.wait(after: .timedOut(seconds: 1)) == nil)
  }
}

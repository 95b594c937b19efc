import AgentEnvelope
import NIOCore
import Testing

@testable import AgentRuntime
@testable import AgentStreams

@Suite struct AdmissionTests {
  private func admission(_ change: (inout Settings) -> Void = { _ in }) -> Admission {
    var settings = Settings()
    change(&settings)
    return Admission(settings)
  }

  /// What was decided, in a word or two.
  private func decided(
    _ admission: Admission, _ delivery: Delivery, timeout: Double? = nil, now: Double = 2000
  )
    -> String
  {
    switch admission.decide(delivery, timeout: timeout, now: now) {
    case .admit(_, _, let timeout): "admit for \(timeout)"
    case .refuse(_, _, let refusal): "refuse: \(refusal)"
    case .unreadable(let error): "unreadable: \(error?.description ?? "no field")"
    }
  }

  @Test func `A message without wishes is admitted for the default time`() {
    #expect(decided(admission { $0.taskTimeout = 12.5 }, delivery()) == "admit for 12.5")
  }

  @Test(arguments: [
    ("", "admit for 2.5"), (#","__agent_timeout_sec":7"#, "admit for 7.0"),
    (#","__agent_timeout_sec":999999"#, "admit for 100.0"),
  ])
  func `An agent's own time takes the place of the default, and gives way to the message's`(
    asked: String, expected: String
  ) {
    let admission = admission {
      $0.taskTimeout = 60
      $0.maxTaskTimeout = 100
    }
    #expect(decided(admission, delivery(payload: #"{"text":"x"\#(asked)}"#), timeout: 2.5) == expected)
  }

  @Test(arguments: [
    ("7", "admit for 7.0"), (#""7.5""#, "admit for 7.5"), ("0.001", "admit for 0.001"),
    ("999999", "admit for 100.0"), (#"" 1e2 ""#, "admit for 100.0"), ("1e308", "admit for 100.0"),
    ("0", "refuse: outOfTime(0.0)"), ("-3", "refuse: outOfTime(-3.0)"),
    (#""-0.5""#, "refuse: outOfTime(-0.5)"),
  ])
  func `The message's own time counts, within the cap`(value: String, expected: String) {
    let admission = admission { $0.maxTaskTimeout = 100 }
    #expect(decided(admission, delivery(payload: #"{"__agent_timeout_sec":\#(value)}"#)) == expected)
  }

  @Test(arguments: [#""soon""#, "true", "null", "[1]", "{}", "1e999", #""inf""#, #""0x10""#, #""""#])
  func `A time that is none is refused, whatever it is`(value: String) {
    let shown = decided(admission(), delivery(payload: #"{"__agent_timeout_sec":\#(value)}"#))
    #expect(shown.hasPrefix("refuse: invalidTimeout("), "\(shown)")
  }

  @Test func `Each of the circuit breaker's settings is used`() {
    let admission = admission {
      $0.maxProcessCount = 4
      $0.maxTotalProcessingTime = 5
      $0.maxEnvelopeAge = 6
    }
    for (fields, text) in [
      (#""process_count":4"#, "Process count limit exceeded: 4 >= 4"),
      (#""total_processing_time":5"#, "Total processing time limit exceeded: 5.00s >= 5.0s"),
      (#""create_ts":1994"#, "Envelope age limit exceeded: 6.00s >= 6.0s"),
    ] {
      #expect(decided(admission, delivery(fields)) == "refuse: safety(\"\(text)\")")
    }
  }

  @Test func `An entry that was given out too often is refused, with how often agents had it`() {
    let admission = admission { $0.maxDeliveries = 3 }
    #expect(decided(admission, delivery(deliveries: 3)).hasPrefix("admit"))
    #expect(decided(admission, delivery(deliveries: 4)) == "refuse: tooManyDeliveries(3)")
    #expect(
      decided(admission, delivery(#""process_count":99"#, deliveries: 4)) == "refuse: tooManyDeliveries(3)",
      "a message that kills its worker is a dead letter before it is anything else")
  }

  @Test func `What earlier entries of the message were given counts as well`() {
    let admission = admission { $0.maxDeliveries = 3 }
    let payload = #"{"__agenthost":{"attempts":2}}"#
    #expect(decided(admission, delivery(payload: payload, deliveries: 1)).hasPrefix("admit"))
    #expect(decided(admission, delivery(payload: payload, deliveries: 2)) == "refuse: tooManyDeliveries(3)")
  }

  @Test func `A deadline shortens the time, and one that has passed leaves none`() {
    func decided(_ member: String, _ more: String = "") -> String {
      self.decided(admission(), delivery(payload: #"{"__agenthost":\#(member)\#(more)}"#))
    }
    #expect(decided(#"{"deadline":2012.5}"#) == "admit for 12.5")
    #expect(decided(#"{"deadline":2012.5}"#, #","__agent_timeout_sec":3"#) == "admit for 3.0")
    #expect(decided(#"{"deadline":9e9}"#) == "admit for 60.0")
    #expect(decided(#"{"deadline":2000}"#) == "refuse: deadline(passed: 0.0)")
    #expect(decided(#"{"deadline":1990}"#) == "refuse: deadline(passed: 10.0)")
    for other in [#"{"deadline":"soon","attempts":"many","due":[]}"#, "5", "null", #"{"attempts":-4}"#] {
      #expect(
        decided(other) == "admit for 60.0", "what anybody may have written is no reason to fail: \(other)")
    }
  }

  @Test func `The age of a message that was delayed counts from when it was due`() {
    let delayed = delivery(#""create_ts":100"#, payload: #"{"__agenthost":{"due":1990}}"#)
    #expect(decided(admission(), delayed) == "admit for 60.0")
    #expect(decided(admission(), delayed, now: 2590).hasPrefix("refuse: safety("))
    #expect(decided(admission(), delivery(#""create_ts":100"#)).hasPrefix("refuse: safety("))
  }

  @Test func `What is no envelope is unreadable`() {
    #expect(decided(admission(), delivery(fields: [("data", "x")])) == "unreadable: no field")
    #expect(
      decided(admission(), delivery(fields: [("envelope", "[]")])).hasPrefix(
        "unreadable: the envelope is JSON"))
    #expect(
      decided(admission(), delivery(fields: [("envelope", "")])).hasPrefix(
        "unreadable: the envelope is not JSON"))
    let small = admission { $0.maxEnvelopeBytes = 1024 }
    let large = delivery(payload: #"{"text":"\#(String(repeating: "x", count: 2000))"}"#)
    #expect(decided(small, large).hasPrefix("unreadable: the envelope has 2"))
    #expect(decided(admission(), large).hasPrefix("admit"))
  }
}

import Foundation
import Testing

@Suite(
  "The circuit breaker",
  .running(
    ["EchoC", "TestAgents"],
    settings: ["MAX_PROCESS_COUNT": "5", "MAX_TOTAL_PROCESSING_TIME": "10", "MAX_ENVELOPE_AGE": "60"]))
struct SafetyTests {
  private let wire: Wire

  init() throws {
    wire = try #require(RunningSystem.current).wire
  }

  private func violation(_ members: String...) async throws -> WireEnvelope {
    var request = WireRequest()
    request.members = members
    // Not by way of a reply: straight to the caller.
    request.senderRole = "manager"
    let result = try await wire.result(of: request, from: "echo")
    #expect(result.errors.map(\.code) == ["safety.limit"])
    #expect(result.trace.count == 1)
    #expect(result.trace[0].safetyViolation == true)
    #expect(result.trace[0].error == result.errors[0].message)
    #expect(result.trace[0].exception == result.errors[0].message)
    #expect(result.kind == "result" && result.targetList == request.resultList)
    return result
  }

  @Test func steps() async throws {
    let result = try await violation(#""process_count":5"#)
    #expect(result.errors[0].message == "Process count limit exceeded: 5 >= 5")
    #expect(result.processCount == 5)
  }

  // The second is what Python's `.2f` makes of a number that is a little above its half.
  @Test(arguments: [(12.25, "12.25"), (12.345, "12.35"), (10, "10.00")])
  func processingTime(spent: Double, written: String) async throws {
    let result = try await violation(#""process_count":2"#, #""total_processing_time":\#(spent)"#)
    #expect(result.errors[0].message == "Total processing time limit exceeded: \(written)s >= 10.0s")
    #expect(result.processCount == 2)
    #expect(result.totalProcessingTime == spent)
  }

  @Test func age() async throws {
    let created = Date().timeIntervalSince1970 - 100
    let result = try await violation(#""create_ts":\#(created)"#)
    let words = result.errors[0].message.split(separator: " ")
    #expect(words.count == 7)
    #expect(words[..<4].joined(separator: " ") == "Envelope age limit exceeded:")
    #expect(words[5...].joined(separator: " ") == ">= 60.0s")
    let seconds = words[4].dropLast()
    #expect((100...160).contains(Double(seconds) ?? 0))
    #expect(seconds.split(separator: ".").last?.count == 2)
    #expect(result.processCount == 0)
  }

  @Test("below the limits nothing is said")
  func below() async throws {
    var request = WireRequest()
    request.members = [
      #""process_count":4"#, #""total_processing_time":9.99"#,
      #""create_ts":\#(Date().timeIntervalSince1970 - 10)"#,
    ]
    let result = try await wire.result(of: request, from: "echo")
    #expect(result.errors.isEmpty)
    #expect(result.processCount == 5)
  }

  @Test("an agent that gives a message to itself for ever is stopped")
  func loop() async throws {
    let result = try await wire.result(of: WireRequest(), from: "loop")
    #expect(result.errors.map(\.message) == ["Process count limit exceeded: 5 >= 5"])
    #expect(result.trace.map { $0.safetyViolation == true } == [false, false, false, false, false, true])
    #expect(result.processCount == 5)
  }
}

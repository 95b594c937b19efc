import AgentEnvelope
import Foundation
import Testing

@testable import AgentRuntime

@Suite struct SafetyLimitsTests {
  private let limits = SafetyLimits(processCount: 3, totalProcessingTime: 300, age: 600)

  private func violation(_ fields: String, now: Double = 2000) throws -> String? {
    limits.violation(of: try message(fields).envelope, now: now)
  }

  @Test func `Below every limit a message goes on`() throws {
    #expect(try violation(#""process_count":2,"total_processing_time":299.999,"create_ts":1400.001"#) == nil)
    #expect(try violation("") == nil)
  }

  @Test func `At a limit it does not, and the text is the specification's`() throws {
    #expect(try violation(#""process_count":3"#) == "Process count limit exceeded: 3 >= 3")
    #expect(
      try violation(#""total_processing_time":300"#)
        == "Total processing time limit exceeded: 300.00s >= 300.0s")
    #expect(try violation(#""create_ts":1400"#) == "Envelope age limit exceeded: 600.00s >= 600.0s")
    #expect(try violation(#""create_ts":1000.126"#) == "Envelope age limit exceeded: 999.87s >= 600.0s")
  }

  @Test func `The first limit that is exceeded is named`() throws {
    let all = #""process_count":9,"total_processing_time":999,"create_ts":1"#
    #expect(try violation(all) == "Process count limit exceeded: 9 >= 3")
    #expect(
      try violation(#""total_processing_time":999.5,"create_ts":1"#)
        == "Total processing time limit exceeded: 999.50s >= 300.0s")
  }

  @Test func `A message that does not say when it was made has no age`() throws {
    #expect(try violation(#""create_ts":0"#, now: 1e12) == nil)
    #expect(try violation(#""create_ts":3000"#) == nil, "nor has one of the future")
  }

  @Test(arguments: [
    (0.0, "0.00"), (0.005, "0.01"), (0.015, "0.01"), (0.125, "0.12"), (1.005, "1.00"), (1.115, "1.11"),
    (2.675, "2.67"), (59.995, "59.99"), (299.999, "300.00"), (-1.5, "-1.50"),
    (123_456_789.125, "123456789.12"),
  ])
  func `Two decimals are those of the specification's format`(value: Double, expected: String) {
    #expect(SafetyLimits.twoDecimals(value) == expected)
    #expect(String(format: "%.2f", value) == expected)
  }

  @Test func `Two decimals are those of the specification's format for any time in milliseconds`() {
    let wrong = stride(from: 0, to: 1_000_000, by: 5).map { Double($0) / 1000 }.first { value in
      SafetyLimits.twoDecimals(value) != String(format: "%.2f", value)
    }
    #expect(wrong == nil)
  }

  @Test(arguments: [1e15, 1e300, .infinity, -1e300, .nan])
  func `No number is too large to be shown`(value: Double) {
    #expect(!SafetyLimits.twoDecimals(value).isEmpty)
  }
}

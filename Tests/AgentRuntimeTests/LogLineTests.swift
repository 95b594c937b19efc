import Foundation
import Logging
import SeededGenerator
import Testing

@testable import AgentRuntime

@Suite("A line of a log")
struct LogLineTests {
  private func line(_ message: String, _ metadata: Logger.Metadata = [:]) -> LogLine {
    LogLine(
      time: 1_726_339_057.0425, level: .warning, message: message, metadata: metadata, source: "AgentRuntime")
  }

  @Test("for people: when, how bad, about what, and what")
  func text() {
    #expect(line("it failed").text == "2024-09-14T18:37:37.042Z warning it failed\n")
    let about: Logger.Metadata = ["role": "upper", "agent": "an \"odd\" one", "code": ""]
    #expect(
      line("it failed", about).text
        == "2024-09-14T18:37:37.042Z warning [agent=\"an \\\"odd\\\" one\" code=\"\" role=upper] it failed\n")
  }

  @Test("for programs: an object with the same")
  func json() throws {
    let text = line("it \"failed\"", ["role": "upper"]).json
    let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object["time"] as? String == "2024-09-14T18:37:37.042Z")
    #expect(object["level"] as? String == "warning")
    #expect(object["message"] as? String == "it \"failed\"")
    #expect(object["role"] as? String == "upper")
    #expect(object["source"] as? String == "AgentRuntime")
    #expect(object["pid"] as? Int == Int(ProcessInfo.processInfo.processIdentifier))
  }

  @Test("whatever a message holds, it is one line, and in JSON an object", arguments: [UInt64(1), 2, 3])
  func anyText(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let scalars: [UInt32] = [
      0, 7, 10, 13, 0x1B, 0x22, 0x5C, 0x41, 0x7F, 0x85, 0x2028, 0x2029, 0x202E, 0x1F600,
    ]
    for _ in 0..<500 {
      var text = ""
      for _ in 0..<Int.random(in: 0..<40, using: &generator) {
        if let scalar = scalars.randomElement(using: &generator).flatMap(Unicode.Scalar.init) {
          text.unicodeScalars.append(scalar)
        }
      }
      let line = line(text, ["message_id": "\(text)"])
      for written in [line.text, line.json] {
        let inside = written.dropLast().unicodeScalars
        #expect(written.last == "\n")
        #expect(
          !inside.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) || $0.value == 0x2028 })
      }
      #expect(try JSONSerialization.jsonObject(with: Data(line.json.utf8)) is [String: Any])
    }
  }

  @Test("no line is longer than it may be")
  func long() {
    #expect(line(String(repeating: "x", count: 1 << 20)).text.utf8.count < LogLine.maximumBytes + 100)
  }
}

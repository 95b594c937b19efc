import AgentEnvelope
import Testing

@testable import AgentOperations
@testable import AgentStreams
import StrictJSON

@Suite struct CheckupTests {
  @Test func `Where nothing is wrong, it is said how much was asked`() {
    let checkup = Checkup(Examined.sound())
    #expect(checkup.text(columns: 80) == "nothing is wrong: \(Check.all.count) checks\n")
    #expect(checkup.left == 0)
  }

  @Test func `Every check has a name of its own`() {
    #expect(Set(Check.all.map(\.name)).count == Check.all.count)
    #expect(Check.all.allSatisfy { $0.name.allSatisfy { $0.isLowercase || $0 == "-" } })
  }

  @Test func `Problems come first, and no line is longer than 80 columns`() {
    let text = Checkup(Self.wrong).text(columns: 80)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for line in lines { #expect(DisplayWidth.of(String(line)) <= 80, "\(line)") }
    let starts = lines.filter { $0.hasPrefix("problem ") || $0.hasPrefix("advice ") }.map { $0.prefix(7) }
    #expect(starts == ["problem", "problem", "advice "])
    #expect(
      text.contains("and 5 more")
        && text.hasSuffix("2 problems, 1 piece of advice: \(Check.all.count) checks\n"))
  }

  @Test func `What others wrote does not reach the terminal as it is`() {
    #expect(!Checkup(Self.wrong).text(columns: 80).contains("\u{1b}"))
  }

  @Test func `For programs each finding is whole`() {
    let json = Checkup(Self.wrong).json
    let findings = json["findings"]?.elements ?? []
    #expect(findings.map { $0["name"]?.string } == ["quarantined-code", "unserved-roles", "paused-roles"])
    #expect(
      findings.allSatisfy { $0["fix"]?.string?.isEmpty == false && $0["found"]?.string?.isEmpty == false })
    #expect(findings.last?["severity"]?.string == "advice")
    #expect(findings.first { $0["name"]?.string == "unserved-roles" }?["subjects"]?.elements?.count == 15)
    #expect(json["checks"]?.double == Double(Check.all.count) && json["checks_left"]?.double == 0)
  }

  private static let wrong = Examined.sound { examination in
    for number in 0..<15 {
      var role = Examined.role("a-role-with-a-rather-long-name-\(number)\u{1b}[2J", agents: 0)
      role.waiting = 1
      examination.system?.snapshot.roles.append(role)
    }
    examination.system?.snapshot.desired.pausedRoles = ["echo"]
    examination.system?.snapshot.desired.quarantined = [
      String(repeating: "ab", count: 32): Quarantine(
        file: "agents.d/lib\(String(repeating: "x", count: 200)).so", reason: "ill\u{1b}[2J", since: 0)
    ]
  }
}

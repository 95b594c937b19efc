import RedisClient
import Testing

@testable import AgentOperations
@testable import AgentStreams

@Suite struct TopFrameTests {
  private static let names = [
    "beta", "alpha", "gamma", "漢字の役割", "a-role-with-a-name-that-is-far-too-long-for-a-column-of-its-own",
  ]

  private static func snapshot(_ count: Int = names.count) -> SystemSnapshot {
    var snapshot = Examined.snapshot([], [])
    var agents: [AgentStatus] = []
    for number in 0..<count {
      let name = number < names.count ? names[number] : "role\(number)"
      var role = Examined.role(name)
      role.waiting = number * 1000
      role.oldestWaiting = Examined.time - Double(number)
      snapshot.roles.append(role)
      agents.append(Examined.agent("box:812:\(number)", role: name))
    }
    snapshot.workers = [Examined.worker(agents: agents)]
    snapshot.server.information = ["redis_version": "7.0.15", "used_memory": "5000000"]
    return snapshot
  }

  private static func frame(
    _ view: TopView = TopView(), width: Int = 80, height: Int? = 24, roles: Int = names.count,
    message: String? = nil
  ) -> TopFrame {
    TopFrame(snapshot(roles), WorkRates(), view, width: width, height: height, message: message)
  }

  /// The names in the part about roles, from above.
  private static func shownRoles(_ frame: TopFrame) -> [String] {
    frame.lines.dropFirst(4).prefix { !$0.text.isEmpty }.map { String($0.text.prefix { $0 != " " }) }
  }

  @Test func `A frame fills the screen, and nothing more, however large that is`() {
    for (width, height) in [(80, 24), (200, 50), (40, 10), (10, 3), (1, 1), (80, 5)] {
      for roles in [0, 5, 300] {
        let frame = Self.frame(width: width, height: height, roles: roles)
        #expect(frame.lines.count == height, "\(width)x\(height), \(roles) roles")
        #expect(frame.lines.allSatisfy { DisplayWidth.of($0.text) <= width })
      }
    }
  }

  @Test func `At 80 columns all figures are there, and names give way`() {
    let frame = Self.frame()
    #expect(frame.lines[0].text.hasPrefix("1 host  1 worker  5 agents  Redis 7.0.15  4.8 MiB  0 clients"))
    #expect(frame.lines[2].text.split(separator: " ").last == "STATE")
    let long = frame.lines.first { $0.text.hasPrefix("a-role") }?.text ?? ""
    #expect(long.contains("…") && long.hasSuffix("served"), "\(long)")
    #expect(Self.frame(width: 200).lines.contains { $0.text.hasPrefix(Self.names[4]) })
  }

  @Test func `The line of all roles comes first and counts all, also those that have no room`() {
    let frame = Self.frame(height: 10, roles: 300)
    #expect(frame.lines[3].text.split(separator: " ").prefix(3) == ["total", "300", "45M"])
    #expect(frame.lines[8].text == "… 296 more roles")
    #expect(frame.lines[9].text.hasPrefix("s sort"))
  }

  @Test func `Lines are sorted, and the other way round`() {
    #expect(
      Self.shownRoles(Self.frame(TopView(column: .waiting), width: 200)).prefix(2) == [
        Self.names[4], "漢字の役割",
      ])
    var view = TopView(column: .role)
    #expect(Self.shownRoles(Self.frame(view, width: 200)).first == Self.names[4])
    view.isReversed = true
    #expect(Self.shownRoles(Self.frame(view, width: 200)).first == "漢字の役割")
    view.column = .waiting
    #expect(Self.shownRoles(Self.frame(view)).first == "beta")
  }

  @Test func `A filter leaves what has it in its name`() {
    let frame = Self.frame(TopView(column: .role, filter: "ALPH"))
    #expect(Self.shownRoles(frame) == ["alpha"] && frame.lines[1].text.contains("role: ALPH"))
    #expect(frame.lines.count { $0.text.hasPrefix("box:812:") } == 1)
  }

  @Test func `A pause and a failure are to be seen`() {
    var view = TopView()
    view.press(.character("p"))
    #expect(Self.frame(view).lines[1].text.contains("paused"))
    let frame = Self.frame(message: "Redis\u{1b}[2J is away")
    #expect(frame.lines[1].text.contains("is away") && frame.lines[1].style == .alarm)
    #expect(!frame.text.contains("\u{1b}"))
  }

  @Test func `Without a screen there are as many lines as it takes, and no keys`() {
    let frame = Self.frame(height: nil, roles: 300)
    #expect(frame.lines.count == 2 + 302 + 1 + 301)
    #expect(!frame.text.contains("q quit"))
  }

  @Test func `What is sent to a terminal has colours only where they are wanted`() {
    let frame = Self.frame(height: 3)
    let plain = TopScreen.text(frame, hasColors: false)
    #expect(plain.hasPrefix("\u{1b}[H") && plain.hasSuffix("\u{1b}[K\u{1b}[J"))
    #expect(!plain.contains("m\u{1b}") && !plain.contains("\u{1b}[1m") && !plain.contains("\u{1b}[0m"))
    #expect(TopScreen.text(frame, hasColors: true).contains("\u{1b}[1m"))
  }
}

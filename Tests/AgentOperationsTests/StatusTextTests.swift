import AgentEnvelope
import Testing

@testable import AgentOperations
@testable import AgentStreams
import StrictJSON

@Suite struct StatusTextTests {
  private static let snapshot: SystemSnapshot = {
    let agents = (0..<40).map { Examined.agent("box:812:\($0)", role: "a-long-name-of-a-role-\($0)") }
    var work = RoleTotals(role: "a-long-name-of-a-role-0")
    (work.runs, work.errors, work.seconds) = (1000, 3, 2)
    var library = LibraryStatus(file: "agents.d/libecho.so", outcome: .refused)
    library.refusal = .init(step: "image", expected: "a", found: "b", advice: "c")
    var main = Examined.worker(
      agents: agents,
      saying: [
        "places": "Slow", "deaths": "1",
        "last_death": "SIGSEGV \u{1b}[2J" + String(repeating: "x", count: 300),
        "libraries": LibraryStatus.text([library]), "work": RoleTotals.text([work]),
      ])
    main.silence = 3
    var snapshot = Examined.snapshot([main], agents.map { Examined.role($0.role) })
    snapshot.roles[0].waiting = 7
    snapshot.roles[0].oldestWaiting = Examined.time - 75
    snapshot.desired.pausedRoles = ["quiet"]
    return snapshot
  }()

  @Test func `All sections are there, and no line is longer than 80 columns`() throws {
    let lines = StatusText(Self.snapshot, width: 80).text.split(
      separator: "\n", omittingEmptySubsequences: false)
    for line in lines { #expect(DisplayWidth.of(String(line)) <= 80, "\(line)") }
    for title in ["hosts", "workers", "roles", "agents", "libraries"] {
      #expect(lines.contains { $0 == title })
    }
    #expect(lines.contains { $0.contains("box: no worker at Slow; refused: echo") })
    #expect(lines.contains { $0.hasPrefix("paused: quiet") })
    let name = try #require(lines.firstIndex { $0 == "  a-long-name-of-a-role-0" })
    #expect(
      lines[name + 1].split(separator: " ") == ["1", "7", "1m", "15s", "0", "0", "0", "10", "3", "served"])
  }

  @Test func `On a wide screen each name has its row's line, and sentences stay short`() {
    let lines = StatusText(Self.snapshot, width: 200).text.split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("  a-long-name-of-a-role-0 ") && $0.hasSuffix("served") })
    #expect(lines.contains { $0.hasPrefix("box, main: last death: SIGSEGV") && $0.utf8.count <= 100 })
  }

  @Test func `What others wrote does not reach the terminal as it is`() {
    #expect(!StatusText(Self.snapshot, width: 80).text.contains("\u{1b}"))
  }

  @Test func `Where nobody lives it says so, and shows what waits`() {
    let text = StatusText(Examined.snapshot([], [Examined.role(agents: 0)]), width: 80).text
    #expect(text.hasPrefix("no worker lives") && text.contains("unserved") && !text.contains("hosts\n"))
  }

  @Test func `For programs there is all of it`() {
    let json = StatusJSON.value(Self.snapshot)
    let host = json["hosts"]?.elements?.first
    #expect(host?["health"]?.string == "degraded" && host?["deaths"]?.double == 1)
    #expect(host?["places_without_worker"]?.elements?.compactMap(\.string) == ["Slow"])
    let role = json["roles"]?.elements?.first
    #expect(role?["runs_per_second"]?.double == 10 && role?["mean_seconds"]?.double == 0.002)
    #expect(role?["errors"]?.double == 3 && role?["oldest_waiting_seconds"]?.double == 75)
    let worker = json["workers"]?.elements?.first
    #expect(worker?["libraries"]?.elements?.count == 1 && worker?["agents"]?.elements?.count == 40)
    #expect(worker?["heard_seconds_ago"]?.double == 3)
  }
}

import Foundation
import RedisTestServer
import Testing

@Suite("agenthost top", .running(["TestAgents"]))
struct TopCommandTests {
  private let system: RunningSystem

  init() throws {
    system = try #require(RunningSystem.current)
  }

  private func terminal(_ more: [String: String] = [:]) -> PseudoTerminal {
    PseudoTerminal(settings: ["REDIS_URL": system.server.url].merging(more) { $1 })
  }

  @Test("keys sort, reverse, filter and pause, and the end leaves the terminal as it was")
  func keys() async throws {
    let states = try await terminal().run(
      ["top", "--interval", "0.2", "--sort", "role"],
      [
        "wait by role\\n(.*\\n)*total(.*\\n)*retry", #"press "s""#, "wait by agents", #"press "r""#,
        "wait by agents, reversed", #"press "/ret""#, "wait role: ret_", #"press "\r""#, #"wait role: ret\n"#,
        #"press "p""#, "wait paused", #"press "q""#, "end",
      ])
    #expect(states[0].raw.contains("\u{1b}[?1049h\u{1b}[?25l") && states[0].raw.contains("\u{1b}[1m"))
    #expect(!states[0].restored, "keys come without Enter")
    #expect(states[0].text.contains("slow") && !states[8].text.contains("slow"))
    #expect(states[0].screen.last?.hasPrefix("s sort") == true)
    let end = try #require(states.last)
    #expect(end.status == 0 && end.restored)
    #expect(end.raw.hasSuffix("\u{1b}[?25h\u{1b}[?1049l"))
  }

  @Test("a signal ends it as a key does", arguments: [SIGINT, SIGTERM, SIGHUP])
  func signals(signal: Int32) async throws {
    let states = try await terminal().run(["top"], ["wait total", "signal \(signal)", "end"])
    let end = try #require(states.last)
    #expect(end.status == 0 && end.restored && end.raw.hasSuffix("\u{1b}[?25h\u{1b}[?1049l"))
  }

  @Test("ctrl-C ends it")
  func interrupt() async throws {
    let states = try await terminal().run(["top"], ["wait total", #"press "\u0003""#, "end"])
    #expect(states.last?.status == 0 && states.last?.restored == true)
  }

  @Test("another size of the terminal is filled at once, also where it looks seldom")
  func resize() async throws {
    let states = try await terminal().run(
      ["top", "--interval", "3600"],
      ["wait q quit", "resize 120 12", "wait (.*\\n){11}.*q quit", #"press "q""#, "end"])
    #expect(states[2].screen.count == 12 && states[2].text.contains("total"))
    #expect(states.last?.status == 0)
  }

  @Test("NO_COLOR: no colours; TERM=dumb: one frame, without escapes")
  func plain() async throws {
    let states = try await terminal(["NO_COLOR": "1"]).run(["top"], ["wait total", #"press "q""#, "end"])
    #expect(states.last?.raw.contains("\u{1b}[1m") == false && states[0].raw.contains("\u{1b}[?1049h"))
    let dumb = try await terminal(["TERM": "dumb"]).run(["top", "--interval", "0.2"], ["end"])
    #expect(dumb[0].status == 0 && !dumb[0].raw.contains("\u{1b}") && dumb[0].raw.contains("total"))
  }

  @Test("where standard output is no terminal it prints one frame, with rates")
  func once() async throws {
    for _ in 0..<3 {
      #expect(
        try await system.wire.result(of: WireRequest(payload: #"{"times":1}"#), from: "retry").errors.isEmpty)
    }
    let shown = try await Finished.agenthost(
      on: system.server, "top", "--interval", "0.2", "--filter", "retry", "--sort", "role")
    #expect(shown.status == 0 && !shown.output.contains("\u{1b}"), "\(shown)")
    let lines = shown.output.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 80 })
    let role = try #require(lines.first { $0.hasPrefix("retry ") }).split(separator: " ")
    #expect(role[1] == "1" && Double(role[5]) != nil && role.last == "served", "\(shown.output)")
    #expect(!shown.output.contains("slow"))
  }

  @Test("what can't be asked for is refused")
  func refused() async throws {
    for words in [["--interval", "0"], ["--interval", "nan"], ["--sort", "beauty"]] {
      let shown = try await Finished.program(
        try BuildFolder.path(of: "agenthost"), ["top"] + words,
        environment: ChildProgram.hostlessEnvironment().merging(["REDIS_URL": system.server.url]) { $1 })
      #expect(shown.status == 2, "\(words): \(shown)")
    }
  }
}

@Suite("agenthost top and a server that is away")
struct TopWithoutServerTests {
  @Test("nothing is shown where there is no server")
  func unreachable() async throws {
    let settings = [
      "REDIS_URL": "unix:///tmp/agenthost-test-nothing/redis.sock", "REDIS_RETRY_ATTEMPTS": "0",
    ]
    let states = try await PseudoTerminal(settings: settings).run(["top"], ["end"])
    #expect(states[0].status == 4 && states[0].restored && states[0].raw.contains("can't be reached"))
  }

  @Test("a server that does not answer for a while is waited for")
  func away() async throws {
    let server = try await RedisTestServer()
    let settings = [
      "REDIS_URL": server.url, "REDIS_RETRY_ATTEMPTS": "0", "REDIS_SOCKET_TIMEOUT": "0.3",
    ]
    let states = try await PseudoTerminal(settings: settings).run(
      ["top", "--interval", "0.1"],
      [
        "wait 0 hosts", "run redis-cli -s \(server.socketPath) CLIENT PAUSE 3000 ALL", "wait trying again",
        "wait by rate", #"press "q""#, "end",
      ])
    #expect(states[2].text.contains("0 hosts"), "what was known is still shown")
    #expect(states.last?.status == 0)
  }
}

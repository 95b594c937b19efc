import Testing

@testable import AgentRuntime
@testable import AgentStreams

@Suite struct RoleStreamsTests {
  private let streams = RoleStreams(keys: Keys(prefix: "{ns}:"))

  @Test func `Each role has its stream, the first time and every time`() {
    for _ in 0..<2 {
      #expect(streams.stream(of: "upper") == "{ns}:stream:role:upper")
      for name in ["", "a{b", "a\u{7}", String(repeating: "x", count: 513)] {
        #expect(streams.stream(of: name) == nil, "\(name)")
      }
    }
  }

  @Test func `Roles whose bytes differ have streams of their own, though they read the same`() throws {
    let names = ["caf\u{E9}", "cafe\u{301}"]
    #expect(names[0] == names[1])
    for _ in 0..<2 {
      for name in names {
        let stream = try #require(streams.stream(of: name))
        #expect(Array(stream.utf8) == Array("{ns}:stream:role:\(name)".utf8))
      }
    }
  }

  @Test func `Any number of roles may be named, and few are kept`() {
    for number in (0..<2_000) { #expect(streams.stream(of: "r\(number)") == "{ns}:stream:role:r\(number)") }
    #expect(streams.stream(of: "r0") == "{ns}:stream:role:r0")
    #expect((1...RoleStreams.maximumCount).contains(streams.count))
  }
}

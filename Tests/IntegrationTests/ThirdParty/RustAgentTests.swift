import Foundation
import Testing

extension ThirdPartyTests {
  @Suite(
    "In Rust, by cargo", .enabled(if: ThirdPartyBuild.hasRust, "there is no cargo, or no cc"),
    .thirdParty("fingerprint") { try await ThirdPartyBuild.rust(into: $0) })
  struct InRust {
    private let system: RunningSystem
    private var wire: Wire { system.wire }

    init() throws {
      system = try #require(RunningSystem.current)
    }

    @Test("answers with a fingerprint of the payload as it came", arguments: [#"{"text":"hello"}"#, "{}"])
    func answers(payload: String) async throws {
      // FNV-1a, 64 bits.
      let hash = payload.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
      let result = try await wire.result(of: WireRequest(payload: payload), from: "fingerprint")
      #expect(result.payload.text.flatMap { UInt64($0, radix: 16) } == hash && result.errors.isEmpty)
      #expect(system.host.log.contains("fingerprint: starts, version 1.0.0"))
    }

    @Test("a panic is its caller's error, and takes nobody along")
    func panics() async throws {
      let worker = try system.host.workerProcessIdentifier()
      let request = WireRequest()
      let json = request.json.replacingOccurrences(of: #""kind":"task""#, with: #""kind":"control""#)
      try await wire.send(json, to: "fingerprint")
      let result = try await wire.result(from: request.resultList)
      let why = "no fingerprint is made of a message of kind control"
      #expect(result.errors == [.init(code: "fingerprint.exception", message: why)])
      #expect(try await wire.result(of: WireRequest(), from: "fingerprint").errors.isEmpty)
      #expect(try system.host.workerProcessIdentifier() == worker)
    }

    @Test("shows its entry and nothing else")
    func exports() async throws {
      let path = system.agents.path(of: "fingerprint")
      #expect(try await ExportedSymbols.names(of: path) == ["agent_plugin_entry"])
    }
  }

  @Suite("The contract by hand", .enabled(if: ThirdPartyBuild.hasRust, "there is no cargo, or no cc"))
  struct LayoutInRust {
    @Test("is laid out as the C compiler lays out the headers, field by field")
    func layout() async throws {
      let folder = try TemporaryFolder()
      _ = try await ThirdPartyBuild.rust(into: folder.url)
      let source = ThirdPartyBuild.tests.appendingPathComponent("ThirdPartyRust/layout.c")
      try await ThirdPartyBuild.run(
        "cc", "-Wall", "-Wextra", "-Werror", "-I\(ThirdPartyBuild.headers.path)", "-o",
        folder.path(of: "layout"), source.path)
      let inC = try await Finished.program(folder.path(of: "layout")).output.split(separator: "\n")
      let inRust = try await Finished.program(folder.path(of: "release/layout")).output.split(separator: "\n")
      #expect(inRust.count > 60 && inRust == inC)
      // What neither names would be missed: the fields of each struct fill it.
      let lines = inC.map { $0.split(separator: " ") }
      for line in lines where line[0].hasSuffix("_v1") {
        let fields = lines.filter { $0[0].hasPrefix(line[0] + ".") }.compactMap { Int($0[2]) }
        #expect(fields.reduce(0, +) == Int(line[1]), "\(line[0])")
      }
    }
  }
}

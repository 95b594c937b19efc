import Foundation
import Testing

/// Builds a third party's agent for a suite, drops it into the folder of a host that runs, and has that reload.
struct ThirdPartyAgentTrait: SuiteTrait, TestScoping {
  let library: String
  let build: @Sendable (URL) async throws -> URL

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
  ) async throws {
    let folder = try TemporaryFolder()
    let built = try await build(folder.url)
    let system = try await RunningSystem(["EchoC"])
    try system.agents.write(try Data(contentsOf: built), as: library)
    try await system.reload()
    try await system.host.waitForLog("reload: new 1 (\(system.agents.path(of: library)))")
    try await RunningSystem.$current.withValue(system) { try await function() }
    #expect(try await system.host.stop() == 0, "the host's log is:\n\(system.host.log)")
    #expect(!system.host.log.contains("ended unasked"), "\(system.host.log)")
  }
}

extension Trait where Self == ThirdPartyAgentTrait {
  static func thirdParty(_ library: String, _ build: @escaping @Sendable (URL) async throws -> URL) -> Self {
    ThirdPartyAgentTrait(library: library, build: build)
  }
}

import Foundation

/// How third parties build their agents: by their languages' own tools, into a folder outside of the sources.
enum ThirdPartyBuild {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  static let tests = root.appendingPathComponent("Tests")
  /// The contract's headers.
  static let headers = root.appendingPathComponent("Sources/CAgentABI/include")
  /// A build on a machine that has much else to do; the first one also fetches packages.
  static let limit = Duration.seconds(900)

  static let hasC = isInstalled("cc") && isInstalled("make")
  static let hasRust = isInstalled("cargo") && isInstalled("cc")  // which cargo links with

  private static func isInstalled(_ program: String) -> Bool {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
    }
  }

  static func swift(into folder: URL) async throws -> URL {
    let package = tests.appendingPathComponent("ThirdPartyAgent")
    try await run(
      "swift", "build", "-c", "release", "--package-path", package.path, "--scratch-path", folder.path)
    return folder.appendingPathComponent("release/libTranslationAgent.so")
  }

  static func c(into folder: URL) async throws -> URL {
    let sources = tests.appendingPathComponent("ThirdPartyC")
    try await run("make", "-C", sources.path, "OUT=\(folder.path)", "AGENTHOST_INCLUDE=\(headers.path)")
    return folder.appendingPathComponent("libWordCount.so")
  }

  static func rust(into folder: URL) async throws -> URL {
    let manifest = tests.appendingPathComponent("ThirdPartyRust/Cargo.toml")
    try await run(
      "cargo", "build", "--release", "--offline", "--locked", "--manifest-path", manifest.path,
      "--target-dir", folder.path)
    return folder.appendingPathComponent("release/libfingerprint.so")
  }

  static func run(_ program: String, _ arguments: String...) async throws {
    var environment = ChildProgram.hostlessEnvironment()
    // A `make` that runs these tests would tell this one what to do.
    for name in ["MAKEFLAGS", "MFLAGS", "MAKELEVEL"] { environment[name] = nil }
    let built = try await Finished.program(program, arguments, environment: environment, within: limit)
    guard built.status == 0 else {
      throw FixtureFailure(
        "\(program) \(arguments) ended with \(built.status): \(built.output)\(built.errors)")
    }
  }
}

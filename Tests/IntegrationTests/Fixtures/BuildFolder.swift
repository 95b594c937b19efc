import Foundation

/// Where this package's programs and libraries were built: beside this test's own program, or where
/// `AGENTHOST_TEST_BUILD` says, so that a debug test can try a release.
enum BuildFolder {
  /// This package's own files.
  static let sourceRoot = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  static func path(of name: String) throws -> String {
    try folder().appendingPathComponent(name).path
  }

  private static func folder() throws -> URL {
    if let folder = ProcessInfo.processInfo.environment["AGENTHOST_TEST_BUILD"], !folder.isEmpty {
      return URL(fileURLWithPath: folder)
    }
    let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(fileURLWithPath: program).deletingLastPathComponent()
  }
}

import Foundation

/// A folder that goes with the object. Its path is short: a unix socket's name has to fit in it.
final class TemporaryFolder: Sendable {
  let url: URL

  init() throws {
    url = URL(fileURLWithPath: "/tmp/agenthost-test-\(String(UInt64.random(in: .min ... .max), radix: 36))")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)  // a folder that stays behind harms no test
  }

  func path(of name: String) -> String { url.appendingPathComponent(name).path }
}

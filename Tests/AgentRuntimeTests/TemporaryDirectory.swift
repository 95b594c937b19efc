import Foundation

/// A folder with a short path that goes with its owner, files and all.
final class TemporaryDirectory {
  let path: String

  init() throws {
    path = "/tmp/agenthost-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit {
    do { try FileManager.default.removeItem(atPath: path) } catch {
      print("left behind: \(path): \(error)")
    }
  }
}

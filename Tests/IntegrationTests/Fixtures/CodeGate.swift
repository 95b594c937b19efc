import Foundation
import RedisTestServer

/// Where code of a library's waits while a file is there, in whatever process it runs; another file says that it waits.
final class CodeGate: Sendable {
  private let folder: TemporaryFolder

  /// Open at first.
  init() throws { folder = try TemporaryFolder() }

  private var bar: String { folder.path(of: "bar") }
  private var mark: String { folder.path(of: "mark") }

  /// In C.
  var code: String {
    """
    extern int access(const char *, int), usleep(unsigned), creat(const char *, unsigned); \
    if (access("\(bar)", 0) == 0) creat("\(mark)", 0600); \
    while (access("\(bar)", 0) == 0) usleep(1000);
    """
  }

  func close() throws { try Data().write(to: URL(filePath: bar)) }

  func open() throws { try FileManager.default.removeItem(atPath: bar) }

  func waitUntilCodeWaits() async throws {
    try await RedisTestServer.wait(until: "code of a library waits") {
      FileManager.default.fileExists(atPath: mark)
    }
  }
}

import Foundation

/// An agents' folder of a test's own, with copies of built libraries.
final class AgentsFolder: Sendable {
  static let demo = ["ManagerAgent", "UppercaseAgent", "ReverseAgent"]

  private let folder: TemporaryFolder

  init(_ libraries: [String]) throws {
    folder = try TemporaryFolder()
    for library in libraries { try add(library) }
  }

  var path: String { folder.url.path }

  func path(of library: String) -> String { folder.path(of: "lib\(library).so") }

  func settingsPath(of library: String) -> String { folder.path(of: "lib\(library).yaml") }

  func add(_ library: String) throws {
    try write(Self.contents(of: library), as: library)
  }

  /// Puts a file into its place in one step, as an installer does.
  func write(_ contents: Data, as library: String) throws {
    try contents.write(to: URL(fileURLWithPath: path(of: library)), options: .atomic)
  }

  /// Writes what an operator says about a library into the file beside it.
  func say(_ text: String, of library: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: settingsPath(of: library)), options: .atomic)
  }

  func remove(_ library: String) throws {
    try FileManager.default.removeItem(atPath: path(of: library))
  }

  static func contents(of library: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: try BuildFolder.path(of: "lib\(library).so")))
  }
}

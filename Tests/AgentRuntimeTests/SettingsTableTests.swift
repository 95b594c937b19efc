import AgentRuntime
import Foundation
import Testing

@Suite("The settings table")
struct SettingsTableTests {
  @Test("README's table is the one that the program reads by")
  func readme() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
    let readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
    #expect(readme.contains(SettingsTable.markdown), "README should hold:\n\(SettingsTable.markdown)")
  }
}

import Foundation

/// A checkout of agenthost as somebody else has one, in a folder of the test's own: links to what lies in this one,
/// but an agents' folder of its own. `bin` holds the program.
struct LinkedCheckout {
  private let folder: TemporaryFolder

  /// Beside the checkout.
  var neighbour: URL { folder.url.appendingPathComponent("agent") }
  var bin: String { folder.path(of: "bin") }

  init(agents: String) throws {
    folder = try TemporaryFolder()
    let files = FileManager.default
    let checkout = folder.url.appendingPathComponent("agenthost")
    for made in [checkout, neighbour, folder.url.appendingPathComponent("bin")] {
      try files.createDirectory(at: made, withIntermediateDirectories: false)
    }
    let root = ThirdPartyBuild.root
    for name in try files.contentsOfDirectory(atPath: root.path)
    where name != "agents.d" && !name.hasPrefix(".") {
      try files.createSymbolicLink(
        at: checkout.appendingPathComponent(name), withDestinationURL: root.appendingPathComponent(name))
    }
    try files.createSymbolicLink(
      at: checkout.appendingPathComponent("agents.d"), withDestinationURL: URL(fileURLWithPath: agents))
    try files.createSymbolicLink(
      atPath: folder.path(of: "bin/agenthost"), withDestinationPath: try BuildFolder.path(of: "agenthost"))
  }
}

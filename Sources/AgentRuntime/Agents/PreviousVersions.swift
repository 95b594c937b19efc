import AgentPlugins
import SystemPackage

/// Which code of each library was replaced last, kept in the data folder: what a rollback goes back to. The code itself
/// is there too, among the private copies.
package struct PreviousVersions: Sendable {
  private let folder: String

  package init(dataDirectory: String) {
    folder = dataDirectory + "/previous"
  }

  /// `name` is the library's, of its file.
  func note(_ name: String, _ hash: String) throws {
    try makePrivateDirectory(folder)
    try DurableFile.replace("\(folder)/\(name)", by: Array((hash + "\n").utf8), mode: 0o600)
  }

  /// The hash of what ran before; nil where nothing has been replaced.
  package func hash(of name: String) -> String? {
    guard let bytes = try? RegularFile.read("\(folder)/\(name)", maximumBytes: 256)  // there is none
    else { return nil }
    let text = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    return text.count == 1 && Hexadecimal.bytes(text[0])?.count == 32 ? String(text[0]) : nil
  }

  /// Of all libraries.
  func hashes() throws(Errno) -> Set<String> {
    do throws(Errno) {
      return Set(try entries(ofFolder: folder).compactMap(hash(of:)))
    } catch .noSuchFileOrDirectory {
      return []
    }
  }
}

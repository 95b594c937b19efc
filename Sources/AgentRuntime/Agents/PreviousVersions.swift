import AgentPlugins
import AgentStreams
import SystemPackage

/// Which code of each library was replaced last, kept in the data folder: what a rollback goes back to. The code itself
/// is there too, among the private copies.
package struct PreviousVersions: Sendable {
  private let folder: String

  package init(dataDirectory: String) {
    folder = dataDirectory + "/previous"
  }

  /// What ran before.
  package struct Version: Sendable, Equatable {
    package let hash: String
    /// What stood in the file with its signature; nothing where none was asked for.
    package let signature: [UInt8]
  }

  /// A line with the hash, and behind it what says who has signed it.
  func note(_ image: LibraryImage) throws {
    try makePrivateDirectory(folder)
    try DurableFile.replace(
      "\(folder)/\(LibraryStatus.name(ofFile: image.file))",
      by: [UInt8]((image.hash + "\n").utf8) + image.signature,
      mode: 0o600)
  }

  /// `name` is the library's, of its file; nil where nothing has been replaced.
  package func version(of name: String) -> Version? {
    guard
      let bytes = try? RegularFile.read(
        "\(folder)/\(name)", maximumBytes: SigningKey.maximumBytes + 256)  // there is none
    else { return nil }
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
    let hash = String(decoding: line, as: UTF8.self)
    guard line.count < bytes.count, Hexadecimal.bytes(hash[...])?.count == 32 else { return nil }
    return Version(hash: hash, signature: [UInt8](bytes.dropFirst(line.count + 1)))
  }

  /// Of all libraries.
  func hashes() throws(Errno) -> Set<String> {
    do throws(Errno) {
      return Set(try entries(ofFolder: folder).compactMap { version(of: $0)?.hash })
    } catch .noSuchFileOrDirectory {
      return []
    }
  }
}

import AgentPlugins
import AgentStreams
import SystemPackage

/// Which code of each library runs, and which was replaced last, kept in the data folder: what a rollback goes back to. The
/// code itself is there too, among the private copies.
package struct NotedVersions: Sendable {
  package enum Kind: String, Sendable, CaseIterable {
    case running, previous
  }

  package struct Version: Sendable, Equatable {
    package let hash: String
    /// What stood in the file with its signature; nothing where none was asked for.
    package let signature: [UInt8]

    init(hash: String, signature: [UInt8]) {
      self.hash = hash
      self.signature = signature
    }
  }

  private let dataDirectory: String

  package init(dataDirectory: String) {
    self.dataDirectory = dataDirectory
  }

  /// A line with the hash, and behind it what says who has signed it.
  func note(_ image: LibraryImage, as kind: Kind) throws {
    let name = LibraryStatus.name(ofFile: image.file)
    guard version(of: name, kind) != Version(hash: image.hash, signature: image.signature) else { return }
    try makePrivateDirectory(folder(kind))
    try DurableFile.replace(
      "\(folder(kind))/\(name)", by: [UInt8]((image.hash + "\n").utf8) + image.signature, mode: 0o600)
  }

  /// `name` is the library's, of its file; nil where there is none.
  package func version(of name: String, _ kind: Kind) -> Version? {
    guard
      let bytes = try? RegularFile.read(
        "\(folder(kind))/\(name)", maximumBytes: SigningKey.maximumBytes + 256)  // there is none
    else { return nil }
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
    let hash = String(decoding: line, as: UTF8.self)
    guard line.count < bytes.count, Hexadecimal.bytes(hash[...])?.count == 32 else { return nil }
    return Version(hash: hash, signature: [UInt8](bytes.dropFirst(line.count + 1)))
  }

  /// What a rollback of the file `path` puts back: what runs, where something else lies there, else what ran before.
  package func version(before path: String) -> Version? {
    let name = LibraryStatus.name(ofFile: path)
    // What can't be read is not what runs.
    let lying = try? LibraryStore.hash(of: path)
    if let running = version(of: name, .running), running.hash != lying { return running }
    return version(of: name, .previous)
  }

  /// Of all libraries.
  func hashes() throws(Errno) -> Set<String> {
    var hashes: Set<String> = []
    for kind in Kind.allCases {
      do throws(Errno) {
        for name in try entries(ofFolder: folder(kind)) {
          if let version = version(of: name, kind) { hashes.insert(version.hash) }
        }
      } catch .noSuchFileOrDirectory {}  // none was ever noted
    }
    return hashes
  }

  private func folder(_ kind: Kind) -> String { "\(dataDirectory)/\(kind)" }
}

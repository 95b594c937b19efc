import Glibc

/// The agents' folder: which libraries it holds.
package struct PluginFolder: Sendable {
  package let path: String

  package init(path: String) {
    self.path = path
  }

  /// The `.so` files in it, by name. An absent folder is an error: a mistyped path would otherwise
  /// look like a host without agents.
  package func libraries() throws(LibraryError) -> [String] {
    guard let directory = opendir(path) else {
      throw LibraryError(
        file: path, step: .read, expected: "the folder with the agents' libraries",
        found: String(cString: strerror(errno)), advice: "make it, or name another with --agents-dir")
    }
    defer { closedir(directory) }
    var files: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasSuffix(".so"), !name.hasPrefix(".") { files.append("\(path)/\(name)") }
    }
    return files.sorted()
  }
}

import Glibc
package import SystemPackage

// The calls on files that swift-system does not offer.

/// Makes one folder, for this user only; nil when it is made.
func createDirectory(_ path: FilePath) -> Errno? {
  path.withPlatformString { mkdir($0, 0o700) } == 0 ? nil : Errno(rawValue: errno)
}

func rename(_ source: FilePath, to destination: FilePath) throws(Errno) {
  let result = source.withPlatformString { source in
    destination.withPlatformString { Glibc.rename(source, $0) }
  }
  guard result == 0 else { throw Errno(rawValue: errno) }
}

func remove(_ path: FilePath) throws(Errno) {
  guard path.withPlatformString({ unlink($0) }) == 0 else { throw Errno(rawValue: errno) }
}

/// The names in a folder, in order.
package func entries(ofFolder path: String) throws(Errno) -> [String] {
  guard let directory = opendir(path) else { throw Errno(rawValue: errno) }
  defer { closedir(directory) }
  var names: [String] = []
  while let entry = readdir(directory) {
    names.append(
      withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
  }
  return names.sorted()
}

/// The path of the file itself, where `path` may be a link to it; nil where it leads nowhere.
package func resolvedPath(_ path: String) -> String? {
  guard let resolved = realpath(path, nil) else { return nil }
  defer { free(resolved) }
  return String(cString: resolved)
}

import Glibc
import SystemPackage

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

/// The path of the file itself, where `path` may be a link to it; nil where it leads nowhere.
func resolvedPath(_ path: String) -> String? {
  guard let resolved = realpath(path, nil) else { return nil }
  defer { free(resolved) }
  return String(cString: resolved)
}

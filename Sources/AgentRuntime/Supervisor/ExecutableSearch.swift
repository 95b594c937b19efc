import Glibc

/// The first executable file of this name in the absolute folders of `path`.
package func findExecutable(_ name: String, path: String) -> String? {
  path.split(separator: ":").filter { $0.hasPrefix("/") }.map { "\($0)/\(name)" }.first { candidate in
    var information = stat()
    return stat(candidate, &information) == 0 && information.st_mode & S_IFMT == S_IFREG
      && access(candidate, X_OK) == 0
  }
}

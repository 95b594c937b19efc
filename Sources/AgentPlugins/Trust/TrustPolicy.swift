/// Whose libraries are let in.
package enum TrustPolicy: Sendable {
  /// What root or the host's own user has put there, where nobody else can write.
  case owner
  /// What is signed by one of the keys in a folder, whoever put it there; they are read at each look.
  case signature(keys: String)
  /// Everything.
  case any

  /// Refuses a library whose content is `file` and whose links lead to `resolved`. `path` is where it stands.
  /// Returns what stands in the file with its signature; nothing where none is asked for.
  func check(_ file: RegularFile, at path: String, resolved: String) throws(LibraryError) -> [UInt8] {
    switch self {
    case .any: return []
    case .owner:
      try FileOwnership.check(file.status, at: path, resolved: resolved)
      return []
    case .signature(let folder): return try TrustedKeys(folder: folder).check(file.bytes, of: path)
    }
  }
}

/// The check of a file's owner, and of who else could have written it.
enum FileOwnership {
  static func check(_ status: FileStatus, at path: String, resolved: String) throws(LibraryError) {
    if let problem = status.problem {
      throw refusal(path, expected: problem.expected, found: problem.found, advice: problem.advice(resolved))
    }
    let folder = folder(of: path)
    let home = resolvedPath(folder) ?? folder
    guard resolved.hasPrefix(home == "/" ? home : home + "/") else {
      throw refusal(
        path, expected: "a file within \(home)", found: "a link to \(resolved)",
        advice: "put the library itself there")
    }
    let own = Self.folder(of: resolved)
    guard let status = FileStatus(of: own) else { return }
    if let problem = status.folderProblem {
      throw refusal(
        path, expected: problem.expected, found: "\(problem.found), the folder \(own)",
        advice: problem.advice(own))
    }
  }

  private static func refusal(
    _ path: String, expected: String, found: String, advice: String
  ) -> LibraryError {
    LibraryError(file: path, step: .trust, expected: expected, found: found, advice: advice)
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

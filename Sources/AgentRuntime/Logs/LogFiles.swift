import Glibc

/// The files of a host's log, of which each belongs to one host.
package struct LogFiles: Sendable {
  /// Absolute paths; nil: there is no such file.
  package private(set) var debug: String?
  package private(set) var info: String?
  /// Hosts with files of one name in one folder.
  private static let mostHosts = 64
  /// Held for as long as the host lives.
  private var locks: [OwnedDescriptor] = []

  /// The paths as `settings` say them.
  package init(_ settings: Settings) {
    debug = Self.path(settings.debugLogFile, in: settings.logDirectory)
    info = Self.path(settings.infoLogFile, in: settings.logDirectory)
  }

  /// Makes folder and files, for the host named `host`: the name joins a file's where that is another host's.
  package mutating func claim(for host: String, in directory: String) throws(SystemCallError) {
    if debug == nil, info == nil { return }
    try makeDirectory(Self.absolute(directory), mode: 0o755)
    debug = try debug.map { path throws(SystemCallError) in try claim(path, host) }
    info = try info.map { path throws(SystemCallError) in try claim(path, host) }
  }

  /// There are to be none.
  package mutating func leaveOut() {
    debug = nil
    info = nil
  }

  private mutating func claim(_ path: String, _ host: String) throws(SystemCallError) -> String {
    for number in 0...Self.mostHosts {
      let own = number == 0 ? path : Self.inserting(number == 1 ? host : "\(host)-\(number)", into: path)
      if let lock = try FileLock.take(path: own + ".lock") {
        locks.append(lock)
        return own
      }
    }
    throw SystemCallError("lock", path, code: EBUSY)
  }

  /// Before the ending.
  private static func inserting(_ text: String, into path: String) -> String {
    let name = path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path[...]
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return "\(path).\(text)" }
    return "\(path[..<dot]).\(text)\(path[dot...])"
  }

  private static func path(_ name: String, in directory: String) -> String? {
    if name.isEmpty { return nil }
    if name.hasPrefix("/") { return name }
    return absolute(directory.isEmpty ? name : "\(directory)/\(name)")
  }

  private static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : "\(workingDirectory)/\(path)"
  }

  private static var workingDirectory: String {
    guard let path = getcwd(nil, 0) else { return "." }
    defer { free(path) }
    return String(cString: path)
  }
}

import Glibc

extension FolderReading {
  /// One that a host makes where it is not there, and writes to.
  static func writable(_ path: String) -> FolderReading {
    var reading = FolderReading(path: path)
    reading.exists = access(path, F_OK) == 0
    let place = reading.exists ? path : nearest(above: path)
    if access(place, W_OK | X_OK) != 0 {
      let why = String(cString: strerror(errno))
      reading.problem =
        reading.exists
        ? "it can't be written: \(why)" : "it is not there, and can't be made in \(place): \(why)"
    } else if !isFolder(place) {
      reading.problem = "\(place) is no folder"
    }
    var disk = statvfs()
    if statvfs(place, &disk) == 0 {
      // What is kept for root is none that a host has.
      let (bytes, overflow) = Int(clamping: disk.f_bavail).multipliedReportingOverflow(
        by: Int(clamping: disk.f_frsize))
      reading.freeBytes = overflow ? .max : bytes
    }
    return reading
  }

  /// One that a host reads.
  static func readable(_ path: String) -> FolderReading {
    var reading = FolderReading(path: path)
    reading.exists = access(path, F_OK) == 0
    if access(path, R_OK | X_OK) != 0 {
      reading.problem = "it can't be read: \(String(cString: strerror(errno)))"
    } else if !isFolder(path) {
      reading.problem = "it is no folder"
    }
    return reading
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The folder that is there, in which what is missing would be made.
  private static func nearest(above path: String) -> String {
    var path = path
    while access(path, F_OK) != 0 {
      guard let slash = path.lastIndex(of: "/") else { return "." }
      path = slash == path.startIndex ? "/" : String(path[..<slash])
    }
    return path
  }
}

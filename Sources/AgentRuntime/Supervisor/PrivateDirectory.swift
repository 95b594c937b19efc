import Glibc

/// Makes a folder, and those above it, open to their owner alone; one that exists is left as it is.
func makePrivateDirectory(_ path: String) throws(SystemCallError) {
  try makeDirectory(path, mode: 0o700)
}

/// Makes the folder with this absolute path, and those above it; one that exists is left as it is.
func makeDirectory(_ path: String, mode: mode_t) throws(SystemCallError) {
  var ancestor = ""
  for name in path.split(separator: "/") {
    ancestor += "/" + name
    guard mkdir(ancestor, mode) == 0 || errno == EEXIST else { throw SystemCallError("make", ancestor) }
  }
  guard access(path, R_OK | W_OK | X_OK) == 0 else { throw SystemCallError("write to", path) }
}

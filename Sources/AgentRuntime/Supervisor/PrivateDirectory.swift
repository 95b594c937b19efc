import Glibc

/// Makes a folder, and those above it, open to their owner alone; one that exists is left as it is.
func makePrivateDirectory(_ path: String) throws(SystemCallError) {
  var ancestor = ""
  for name in path.split(separator: "/") {
    ancestor += "/" + name
    guard mkdir(ancestor, 0o700) == 0 || errno == EEXIST else { throw SystemCallError("make", ancestor) }
  }
  guard access(path, R_OK | W_OK | X_OK) == 0 else { throw SystemCallError("write to", path) }
}

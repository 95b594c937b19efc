import Glibc

/// Hands `body` the strings as C wants an argument vector or an environment: pointers, closed by a null.
func withCStringArray<Result>(
  _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  // SAFETY: every copy is freed after `body`, which must not keep the pointers. strdup gives null only when
  // memory has run out; the vector then ends early, and is still well-formed.
  let copies = strings.map { strdup($0) }
  defer { for copy in copies { free(copy) } }
  return body(copies + [nil])
}

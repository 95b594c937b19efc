import Glibc

/// A system call that failed: which, on what, and why.
package struct SystemCallError: Error, Equatable, CustomStringConvertible {
  package let call: String
  package let subject: String
  package let code: Int32

  package init(_ call: String, _ subject: String, code: Int32 = errno) {
    self.call = call
    self.subject = subject
    self.code = code
  }

  package var description: String {
    // SAFETY: strerror returns a string that stays valid until the next call on this thread; copied at once.
    "\(call) \(subject): \(String(cString: strerror(code)))"
  }
}

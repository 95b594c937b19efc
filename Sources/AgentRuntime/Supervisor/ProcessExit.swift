import CProcess

/// How a child ended.
package enum ProcessExit: Equatable, Sendable, CustomStringConvertible {
  case exited(code: Int32)
  case signaled(signal: Int32, dumpedCore: Bool)
  /// It never ran; the reason is said in words.
  case notStarted(reason: String)

  /// From the number that `waitpid` hands out for a child that ended.
  package init(waitStatus: Int32) {
    let signal = waitStatus & 0x7f
    self =
      signal == 0
      ? .exited(code: (waitStatus >> 8) & 0xff)
      : .signaled(signal: signal, dumpedCore: waitStatus & 0x80 != 0)
  }

  package var description: String {
    switch self {
    case .exited(let code): "exit status \(code)"
    case .signaled(let signal, let dumpedCore):
      "killed by \(signalName(signal))\(dumpedCore ? ", core dumped" : "")"
    case .notStarted(let reason): "could not be started: \(reason)"
    }
  }
}

/// "SIGSEGV" for 11; "signal 200" for a number without a name.
package func signalName(_ signal: Int32) -> String {
  // SAFETY: glibc returns static storage, or null for an unknown number.
  guard let name = process_signal_name(signal) else { return "signal \(signal)" }
  return "SIG" + String(cString: name)
}

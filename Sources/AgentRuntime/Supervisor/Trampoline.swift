import CProcess
package import Glibc

/// Why a trampoline did not become its program.
package enum TrampolineError: Error, Equatable, CustomStringConvertible {
  /// The parent died before the guard was in place.
  case parentGone(expected: pid_t)
  case failed(SystemCallError)

  package var description: String {
    switch self {
    case .parentGone(let expected):
      "the parent, process \(expected), is gone: not starting a program that nobody would end"
    case .failed(let error): error.description
    }
  }
}

/// Becomes `executable`, which gets SIGTERM as soon as `parent` is gone, killed or not.
///
/// Only a process itself can ask the kernel for this, hence the step between the parent and its program. The
/// kernel watches the parent's *thread* that started us: it must be one that lives as long as the parent.
package func runTrampoline(
  parent: pid_t, executable: String, arguments: [String]
) throws(TrampolineError) -> Never {
  guard process_set_parent_death_signal(SIGTERM) == 0 else {
    throw .failed(SystemCallError("ask for", "a signal at the parent's death"))
  }
  // The parent may have died before we asked, and then nothing would be sent.
  guard getppid() == parent else { throw .parentGone(expected: parent) }
  // SAFETY: the vector is closed by a null; on success the call does not return.
  _ = withCStringArray([executable] + arguments) { execv(executable, $0) }
  throw .failed(SystemCallError("execute", executable))
}

import CProcess
package import Glibc

/// A child of this process, held by a descriptor, so that no signal ever reaches a stranger with its old pid.
package final class ChildProcess {
  package struct Launch {
    package let executable: String
    package let arguments: [String]
    package let environment: [String: String]
    /// They become descriptors 3, 4, … of the child; it gets no other but the three standard ones.
    package let passing: [OwnedDescriptor]

    package init(
      executable: String, arguments: [String], environment: [String: String], passing: [OwnedDescriptor]
    ) {
      self.executable = executable
      self.arguments = arguments
      self.environment = environment
      self.passing = passing
    }
  }

  private static let firstPassed: Int32 = 3
  /// Above every number that a passed descriptor takes in a child, so that no copy overwrites another.
  private static let lowestTemporary: Int32 = 64

  package let pid: pid_t
  /// A pidfd: readable once the child has ended.
  package let descriptor: OwnedDescriptor

  private init(pid: pid_t, descriptor: OwnedDescriptor) {
    self.pid = pid
    self.descriptor = descriptor
  }

  /// Starts it in a process group of its own (Ctrl-C at a terminal reaches the supervisor alone), with an
  /// empty standard input, every signal at its default and none blocked.
  package static func spawn(_ launch: Launch) throws(SystemCallError) -> ChildProcess {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    setSignalsAndGroup(&attributes)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // The copies live until the child has started.
    let copies = try addDescriptors(launch.passing, to: &actions)
    var pid: pid_t = 0
    let environment = launch.environment.map { "\($0.key)=\($0.value)" }
    let failure = withExtendedLifetime(copies) {
      withCStringArray([launch.executable] + launch.arguments) { arguments in
        withCStringArray(environment) { environment in
          // SAFETY: both vectors are closed by a null and outlive the call; the attributes and the actions
          // were initialised above.
          posix_spawn(&pid, launch.executable, &actions, &attributes, arguments, environment)
        }
      }
    }
    guard failure == 0 else { throw SystemCallError("start", launch.executable, code: failure) }
    return try ChildProcess(adopting: pid)
  }

  package func send(_ signal: Int32) throws(SystemCallError) {
    // SAFETY: a pidfd means this child for ever; once it has been reaped the call fails with ESRCH.
    guard process_signal_pidfd(descriptor.number, signal) == 0 || errno == ESRCH else {
      throw SystemCallError("send \(signalName(signal)) to", "process \(pid)")
    }
  }

  /// The next child that has ended: any, or the one that is named. Does not wait.
  package static func reap(_ pid: pid_t = -1) -> (pid: pid_t, exit: ProcessExit)? {
    var status: Int32 = 0
    let reaped = waitpid(pid, &status, WNOHANG)
    return reaped > 0 ? (reaped, ProcessExit(waitStatus: status)) : nil
  }

  private convenience init(adopting pid: pid_t) throws(SystemCallError) {
    let descriptor = process_open_pidfd(pid)
    guard descriptor >= 0 else {
      let error = SystemCallError("open pidfd of", "process \(pid)")
      // SAFETY: nobody has waited for this child yet, so its pid cannot have passed to another process.
      kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
      throw error
    }
    self.init(pid: pid, descriptor: OwnedDescriptor(descriptor))
  }

  private static func setSignalsAndGroup(_ attributes: inout posix_spawnattr_t) {
    var all = sigset_t()
    sigfillset(&all)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP
    posix_spawnattr_setflags(&attributes, Int16(flags))
  }

  private static func addDescriptors(
    _ passed: [OwnedDescriptor], to actions: inout posix_spawn_file_actions_t
  ) throws(SystemCallError) -> [OwnedDescriptor] {
    var copies: [OwnedDescriptor] = []
    var failures = [posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)]
    for (index, descriptor) in passed.enumerated() {
      let copy = try descriptor.duplicated(from: lowestTemporary)
      copies.append(copy)
      failures.append(
        posix_spawn_file_actions_adddup2(&actions, copy.number, firstPassed + Int32(index)))
    }
    failures.append(process_close_from(&actions, firstPassed + Int32(passed.count)))
    if let failure = failures.first(where: { $0 != 0 }) {
      throw SystemCallError("prepare", "the descriptors of a child", code: failure)
    }
    return copies
  }
}

import CProcess
package import Glibc
import Synchronization

/// A program started by a test, with its standard streams in files. It is killed with the object.
///
/// Foundation's `Process` is not used: started from many threads at once it was seen to crash, and its children
/// inherit the blocked signals of a pool's thread.
package final class SpawnedProgram: Sendable {
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  package let processIdentifier: pid_t
  /// As waitpid gives it; nil while the program has not been reaped.
  private let waitStatus = Mutex<Int32?>(nil)

  /// `program` is looked for in PATH. The files are opened for reading, and made for writing.
  package init(
    _ program: String, _ arguments: [String] = [], environment: [String: String]? = nil,
    input: String = "/dev/null", output: String = "/dev/null", errors: String = "/dev/null"
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    _ = withUnsafeMutablePointer(to: &actions) { process_close_from($0, 3) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var child = pid_t()
    let failure = Self.withCStrings([program] + arguments) { argv in
      guard let environment else {
        return posix_spawnp(&child, program, &actions, &attributes, argv, environ)
      }
      return Self.withCStrings(environment.map { "\($0)=\($1)" }) {
        posix_spawnp(&child, program, &actions, &attributes, argv, $0)
      }
    }
    guard failure == 0 else {
      throw Failure(description: "\(program) can't be started: \(String(cString: strerror(failure)))")
    }
    processIdentifier = child
  }

  deinit {
    send(SIGKILL)
    waitUntilExit()
  }

  /// The exit status, 128 and the signal where one ended it, as a shell has it; nil while it runs.
  package var exitStatus: Int32? { reap(WNOHANG) }

  @discardableResult
  package func waitUntilExit() -> Int32 { reap(0) ?? -1 }

  package func send(_ signal: Int32) {
    waitStatus.withLock { status in
      // The process id is the program's until it has been reaped.
      if status == nil { kill(processIdentifier, signal) }
    }
  }

  private func reap(_ options: Int32) -> Int32? {
    waitStatus.withLock { status in
      if status == nil {
        var found: Int32 = 0
        var reaped: pid_t
        repeat { reaped = waitpid(processIdentifier, &found, options) } while reaped < 0 && errno == EINTR
        guard reaped == processIdentifier else { return nil }
        status = found
      }
      return status.map { $0 & 0x7F == 0 ? ($0 >> 8) & 0xFF : 128 + ($0 & 0x7F) }
    }
  }

  private static func withCStrings<Value>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
  ) -> Value {
    var pointers = strings.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    return body(&pointers)
  }
}

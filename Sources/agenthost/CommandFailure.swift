import Glibc

/// How a verb can end; operators' scripts rely on these.
enum ExitStatus: Int32 {
  case ok = 0
  case failed = 1
  case usage = 2
  case settings = 3
  case redisUnreachable = 4
  case pluginInvalid = 5
  case timedOut = 6
  case degraded = 7
}

/// A verb that did not do what it was asked to: what to say, and how to exit.
struct CommandFailure: Error {
  let status: ExitStatus
  let message: String

  init(_ status: ExitStatus, _ message: String) {
    self.status = status
    self.message = message
  }
}

/// Data goes to standard output, everything else here.
func printError(_ text: String) {
  let line = Array((text + "\n").utf8)
  // Nobody can be told when even this can't be written.
  _ = write(STDERR_FILENO, line, line.count)
}

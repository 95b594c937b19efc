import ArgumentParser
import Glibc

// Verbs that wait for a server are asynchronous and run beside this thread; `run` is the supervisor and
// needs this thread for itself, before any other exists.
do {
  let command = try Agenthost.parseAsRoot()
  if let command = command as? any AsyncParsableCommand {
    finish(command)
    while true { pause() }
  }
  var plain = command
  try plain.run()
} catch {
  leave(error)
}

/// Runs a verb, and ends the process with its status.
nonisolated func finish(_ command: sending any AsyncParsableCommand) {
  Task.detached {
    var command = command
    do {
      try await command.run()
    } catch {
      leave(error)
    }
    exit(ExitStatus.ok.rawValue)
  }
}

/// Says what went wrong and ends the process.
nonisolated func leave(_ error: any Error) -> Never {
  if let failure = error as? CommandFailure {
    printError("agenthost: \(failure.message)")
    exit(failure.status.rawValue)
  }
  guard Agenthost.exitCode(for: error) == .validationFailure else { Agenthost.exit(withError: error) }
  printError(Agenthost.fullMessage(for: error))
  exit(ExitStatus.usage.rawValue)
}

import ArgumentParser

/// Whether a verb waits for all workers to have done what it asks for, and prints what has come of it.
struct WaitOptions: ParsableArguments {
  @Flag(help: "Wait until all workers have done it, and print what has come of it.")
  var wait = false

  @Option(help: "Seconds to wait.")
  var timeout = 60.0

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard timeout > 0, timeout.isFinite else { throw ValidationError("--timeout is a number of seconds") }
    guard wait || !json else {
      throw ValidationError("--json goes with --wait: there is nothing else to print")
    }
  }
}

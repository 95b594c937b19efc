import AgentPlugins

/// How long a step of bringing a library in may take.
struct StepLimit {
  /// Seconds that our own code gets at the least, whatever libraries get: a machine or a disk that has much else to do is no
  /// library's fault, and a folder that can't be read is the end of a start.
  static let own = 30.0

  /// Seconds that a library's code gets.
  let seconds: Double

  func seconds(for step: LibraryError.Step) -> Double {
    isOurs(step) ? max(seconds, Self.own) : seconds
  }

  func exceeded(_ step: LibraryError.Step, of file: String) -> LibraryError {
    LibraryError(
      file: file, step: step, expected: "the step to end within \(seconds(for: step)) s",
      found: "no end of it",
      advice: isOurs(step)
        ? "see that the folder and the data folder can be read and written"
        : "do not wait in a constructor, in the entry or in create")
  }

  private func isOurs(_ step: LibraryError.Step) -> Bool { step == .read }
}

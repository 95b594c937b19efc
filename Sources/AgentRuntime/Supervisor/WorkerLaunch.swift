/// How a worker is started; the supervisor adds `--incarnation` and `--place` to the arguments.
package struct WorkerLaunch: Sendable {
  package let executable: String
  package let arguments: [String]
  package let environment: [String: String]
  /// Of a process that waits to be told the whole of a worker's arguments; nil: there is none in reserve.
  package let spareArguments: [String]?
  /// A socket that listens for whichever worker answers monitors; nil: there is none.
  package let monitors: OwnedDescriptor?

  package init(
    executable: String, arguments: [String], environment: [String: String], spareArguments: [String]? = nil,
    monitors: OwnedDescriptor? = nil
  ) {
    self.monitors = monitors
    self.spareArguments = spareArguments
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
  }

  /// The whole of a worker's arguments.
  package func arguments(
    incarnation: Incarnation, place: WorkerPlaceName, history: WorkerHistory = WorkerHistory()
  ) -> [String] {
    // In one word: a name may begin like an option.
    let placeArgument = place.isolatedName.map { ["--place=\($0)"] } ?? []
    let probation = place.isProbation ? ["--probation"] : []
    return arguments + ["--incarnation", incarnation.description] + placeArgument + probation
      + history.arguments
  }
}

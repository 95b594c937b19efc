/// How a worker is started; the supervisor adds `--incarnation` to the arguments.
package struct WorkerLaunch: Equatable, Sendable {
  package let executable: String
  package let arguments: [String]
  package let environment: [String: String]

  package init(executable: String, arguments: [String], environment: [String: String]) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
  }

  /// The whole of a worker's arguments.
  package func arguments(incarnation: Incarnation) -> [String] {
    arguments + ["--incarnation", incarnation.description]
  }
}

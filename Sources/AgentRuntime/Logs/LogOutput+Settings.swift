import Glibc

extension LogOutput {
  /// As `settings` say it: text for a terminal, and else lines of JSON, unless they name a format. Files that can't be
  /// made are left out; standard error has it all.
  package static func make(_ settings: Settings, _ files: LogFiles) -> (output: LogOutput, failure: String?) {
    var failure: String?
    func file(_ path: String?) -> LogFile? {
      guard let path else { return nil }
      let file = LogFile(path: path)
      do throws(SystemCallError) {
        try file.open()
        return file
      } catch {
        failure = "the log goes to standard error only: \(error)"
        return nil
      }
    }
    let said: Format? = settings.logFormat == "text" ? .text : settings.logFormat == "json" ? .json : nil
    let screen: Format = isatty(STDERR_FILENO) == 1 ? .text : .json
    let output = LogOutput(
      standardError: said ?? screen, files: said ?? .json, all: file(files.debug), info: file(files.info))
    return (output, failure)
  }
}

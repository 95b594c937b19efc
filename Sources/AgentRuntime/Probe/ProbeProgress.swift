import AgentPlugins

/// How far a process that tries libraries has come. A value, moved by what it says and by its end.
struct ProbeProgress {
  /// How a process ended that has not tried all.
  enum End: Equatable {
    case exit(ProcessExit)
    /// It did not go on for so many seconds.
    case hung(seconds: Double)
    /// It could not be started, or not be heard.
    case unheard(SystemCallError)
    /// Nobody wanted to know any more.
    case stopped
  }

  private let files: [String]
  /// By index: the roles of what passed, or why it is refused.
  private(set) var results: [Int: Result<[String], LibraryError>] = [:]
  private var current: (index: Int, step: LibraryError.Step)?

  /// `files`: the libraries, for people.
  init(files: [String]) {
    self.files = files
  }

  var isDone: Bool { results.count == files.count }

  private var hasBegun: Bool { current != nil || !results.isEmpty }

  /// Seconds within which it has to come further, where a step may take `limit`. Until it begins with the first library
  /// none of their code has run.
  func patience(_ limit: Double) -> Double { hasBegun ? limit : max(limit, StepLimit.own) }

  /// False where the line is not of the library that is due: a library may say anything.
  mutating func take(_ line: ProbeLine) -> Bool {
    switch line {
    case .begins(let index, let step):
      guard index == next, current?.step != step else { return false }
      current = (index, step)
    case .passed(let index, let roles):
      guard index == next else { return false }
      settle(index, .success(roles))
    case .refused(let index, let error):
      guard index == next else { return false }
      settle(index, .failure(error))
    }
    return true
  }

  private var next: Int? { files.indices.first { results[$0] == nil } }

  private mutating func settle(_ index: Int, _ result: Result<[String], LibraryError>) {
    results[index] = result
    current = nil
  }

  /// The library in whose hands the process was when it came to `end`, or would have been next, and why that is
  /// refused; nil where all have been tried.
  func blamed(for end: End) -> (index: Int, error: LibraryError)? {
    guard let index = current?.index ?? next else { return nil }
    if case .hung(let seconds) = end, !hasBegun {
      return (index, Self.notTried(files[index], "none that had begun within \(seconds) s"))
    }
    return (index, Self.error(of: files[index], at: current?.step ?? .load, end))
  }

  static func error(of file: String, at step: LibraryError.Step, _ end: End) -> LibraryError {
    let code = part(at: step)
    switch end {
    case .exit(let exit):
      return LibraryError(
        file: file, step: step, expected: "\(code) to return", found: "the end of the process by it: \(exit)",
        advice: "mend \(code); nothing of it has run in a worker")
    case .hung(let seconds):
      return LibraryError(
        file: file, step: step, expected: "\(code) to return within \(seconds) s", found: "no end of it",
        advice: "do not wait there; what takes its time belongs into start")
    case .unheard(let error): return notTried(file, "\(error)")
    case .stopped: return notTried(file, "the end of whoever asked for it")
    }
  }

  private static func notTried(_ file: String, _ found: String) -> LibraryError {
    LibraryError(
      file: file, step: .load, expected: "a process that tries the library", found: found,
      advice: "see what the system lacks, and reload")
  }

  /// Whose code runs in a step.
  private static func part(at step: LibraryError.Step) -> String {
    switch step {
    case .entry: "agent_plugin_entry"
    case .descriptor: "the factory's count and descriptor"
    case .create: "create"
    case .destroy: "destroy"
    case .start: "start, and its completion,"
    case .conformance: "process, cancel or stop, and their completion,"
    default: "the library's constructors"
    }
  }
}

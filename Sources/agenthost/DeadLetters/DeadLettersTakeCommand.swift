import AgentPlugins
import AgentRuntime
import AgentStreams
import ArgumentParser
import Glibc
import RedisClient

struct DeadLettersReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Send dead letters to their roles again.",
    discussion: """
      Each keeps its id and its trace; its age, its steps and its time begin anew. What was no envelope stays \
      where it is.
      """)

  @OptionGroup var selection: DeadLetterSelection

  @Option(help: "At most so many a second.")
  var rate: Double?

  @Flag(help: "Only say what would be sent.")
  var dryRun = false

  @Flag(help: "Do not ask.")
  var yes = false

  private static let rates = 0.001...1e6

  func validate() throws {
    if let rate, !Self.rates.contains(rate) {
      throw ValidationError("--rate takes a number from \(Self.rates.lowerBound) to \(Self.rates.upperBound)")
    }
  }

  func run() async throws {
    let taking = DeadLetterTaking(removal: .replay, rate: rate, dryRun: dryRun, yes: yes)
    try await taking.run(selection, done: "sent again", ask: "Send \(selection.words) again?")
  }
}

struct DeadLettersRemoveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm", abstract: "Remove dead letters for good.")

  @OptionGroup var selection: DeadLetterSelection

  @Flag(help: "Only say what would be removed.")
  var dryRun = false

  @Flag(help: "Do not ask.")
  var yes = false

  func run() async throws {
    let taking = DeadLetterTaking(removal: .remove, rate: nil, dryRun: dryRun, yes: yes)
    try await taking.run(selection, done: "removed", ask: "Remove \(selection.words) for good?")
  }
}

/// Takes dead letters off their streams.
private struct DeadLetterTaking: Sendable {
  let removal: DeadLetterStream.Removal
  let rate: Double?
  let dryRun: Bool
  let yes: Bool

  func run(_ selection: DeadLetterSelection, done: String, ask: String) async throws {
    let environment = try CommandEnvironment()
    if !dryRun, !yes { try confirm(ask) }
    let counts = try await environment.withRedis { client, keys in
      var taken = 0
      var skipped = 0
      try await selection.forEachPage(client, keys) { stream, letters in
        for letter in letters where removal == .replay && letter.envelope == nil {
          skipped += 1
          printError("agenthost: \(letter.name) is no envelope and can't be sent")
        }
        let able = letters.filter { removal == .remove || $0.envelope != nil }
        if dryRun {
          for letter in able { print(letter.name) }
          taken += able.count
        } else {
          taken += try await take(able, from: stream, after: taken)
        }
      }
      return (taken, skipped)
    }
    print(dryRun ? "\(counts.0) would be \(done)" : "\(counts.0) \(done)")
    if counts.1 > 0 { throw ExitCode(ExitStatus.failed.rawValue) }
  }

  /// `count`: how many were taken before.
  @IOActor
  private func take(
    _ letters: [DeadLetter], from stream: DeadLetterStream, after count: Int
  ) async throws -> Int {
    guard let rate else { return try await stream.take(letters, removal, now: WallClock.now()) }
    var taken = 0
    for letter in letters {
      if count + taken > 0 { try await Task.sleep(for: .seconds(1 / rate)) }
      taken += try await stream.take([letter], removal, now: WallClock.now())
    }
    return taken
  }

  private func confirm(_ question: String) throws {
    guard isatty(STDIN_FILENO) == 1 else {
      throw CommandFailure(.usage, "this asks before it acts, and standard input is no terminal: say --yes")
    }
    printError("\(question) [y/N]")
    guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
      throw CommandFailure(.failed, "nothing was done")
    }
  }
}

extension DeadLetter {
  /// For people. Anybody may have named the key.
  fileprivate var name: String { "\(LogText.escaped(role)) \(id)" }
}

extension DeadLetterSelection {
  /// What is meant, for a question.
  fileprivate var words: String {
    let which = limit.map { "up to \($0) dead letters" } ?? "all dead letters that match"
    return role.map { "\(which) of role \($0)" } ?? "\(which), of every role,"
  }
}

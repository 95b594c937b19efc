import AgentOperations
import AgentRuntime
import AgentStreams
import ArgumentParser
import Glibc

/// It shows on the first thread, with signals that no other thread gets, and reads beside it.
struct TopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top",
    abstract: "Show live what each role has to do, what it does, and how fast.",
    discussion: """
      Keys: s sorts by the next column, r the other way round; / filters by a part of the role's name, until Enter, and \
      Escape shows all again; p or space pauses; q ends. Rates are of the time between a worker's last two signs of life. \
      Where standard output is no terminal it prints one frame, as wide as COLUMNS or 80, as soon as the rates are known.
      """)

  @Option(help: "Seconds between two looks, 0.1 to 3600.")
  var interval = 1.0

  @Option(help: "What to sort by: \(TopColumn.allCases.map(\.rawValue).joined(separator: ", ")).")
  var sort = TopColumn.rate

  @Option(help: "Show only roles that have this in their names.")
  var filter = ""

  @Flag(help: "Print one frame and end, also on a terminal.")
  var once = false

  func validate() throws {
    guard (0.1...3600).contains(interval) else {
      throw ValidationError("--interval takes seconds, from 0.1 to 3600")
    }
  }

  func run() throws {
    let environment = try CommandEnvironment()
    let terminal = once ? nil : Terminal()
    do {
      // Before any other thread is there, which takes its mask over.
      let signals = try terminal.map { _ in try SignalQueue(Terminal.signals) }
      let feed = try TopFeed()
      feed.start(environment, every: .seconds(interval))
      let view = TopView(column: sort, filter: filter)
      guard let terminal, let signals else { return try printOnce(feed, view, environment) }
      var loop = TopLoop(terminal: terminal, signals: signals, feed: feed, view: view)
      try loop.run()
    } catch let error as SystemCallError {
      throw CommandFailure(.failed, error.description)
    }
  }

  /// Waits until rates are known, which takes two signs of life of each worker, and no longer than these may take.
  private func printOnce(_ feed: TopFeed, _ view: TopView, _ environment: CommandEnvironment) throws {
    let deadline = MonotonicClock.now() + .seconds(interval) + HostPresence.interval * 2
    var rates = WorkRates()
    var last: SystemSnapshot?
    var looks = 0
    while looks < 2 || !rates.areKnown, MonotonicClock.now() < deadline {
      try feed.wait(until: deadline)
      for news in feed.take() {
        switch news {
        case .snapshot(let snapshot):
          rates.look(at: snapshot)
          last = snapshot
          looks += 1
        case .failure(let failure): throw failure
        }
      }
    }
    guard let last else { throw CommandFailure(.timedOut, "Redis did not say how the system stands in time") }
    print(
      TopFrame(last, rates, view, width: Terminal.width(environment.variables)).text, terminator: "")
  }
}

extension TopColumn: ExpressibleByArgument {}

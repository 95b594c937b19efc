import AgentOperations
import AgentRuntime
import AgentStreams
import Glibc

/// Shows what is new, and does what keys and signals say.
struct TopLoop {
  private let terminal: Terminal
  private let signals: SignalQueue
  private let feed: TopFeed
  private var view: TopView
  private var rates = WorkRates()
  /// What is on the screen, while it is paused an older one.
  private var shown: (snapshot: SystemSnapshot, rates: WorkRates)?
  private var message: String?

  init(terminal: Terminal, signals: SignalQueue, feed: TopFeed, view: TopView) {
    self.terminal = terminal
    self.signals = signals
    self.feed = feed
    self.view = view
  }

  mutating func run() throws {
    let terminal = terminal
    try terminal.filled {
      var isOpen = terminal.show("\u{1b}[H\u{1b}[J")
      while !view.hasEnded, isOpen {
        try wait()
        try takeNews()
        isOpen = try obey() && draw()
      }
    }
  }

  /// Until there is something to do.
  private func wait() throws(SystemCallError) {
    var waiting = [feed.descriptor.number, signals.descriptor.number].map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    if terminal.hasKeys { waiting.append(pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)) }
    guard poll(&waiting, nfds_t(waiting.count), -1) >= 0 || errno == EINTR else {
      throw SystemCallError("wait for", "keys and news")
    }
  }

  private mutating func takeNews() throws {
    for news in feed.take() {
      switch news {
      case .snapshot(let snapshot):
        message = nil
        rates.look(at: snapshot)
        if !view.isPaused || shown == nil { shown = (snapshot, rates) }
      case .failure(let failure):
        // Who has never seen anything is told why, and not shown an empty screen.
        guard shown != nil else { throw failure }
        message = "\(failure.message); trying again"
      }
    }
  }

  /// What keys and signals say. False where the terminal is gone, or the end is wanted.
  private mutating func obey() throws -> Bool {
    while let signal = try signals.next() {
      if signal != SIGWINCH { return false }
    }
    guard terminal.hasKeys, hasKey else { return true }
    guard let keys = terminal.keys() else { return false }
    for key in keys { view.press(key) }
    return true
  }

  /// A terminal's end can be read too.
  private var hasKey: Bool {
    var waiting = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    return poll(&waiting, 1, 0) == 1
  }

  private func draw() -> Bool {
    guard let shown else { return true }
    let size = terminal.size
    let frame = TopFrame(
      shown.snapshot, shown.rates, view, width: size.width, height: size.height, message: message)
    return terminal.show(TopScreen.text(frame, hasColors: terminal.hasColors))
  }
}

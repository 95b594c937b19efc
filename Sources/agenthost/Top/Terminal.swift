import AgentOperations
import Glibc

/// The terminal of this process, for a program that fills the screen.
struct Terminal {
  /// What is heard while it is filled.
  static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH]
  /// Where the terminal does not say.
  private static let usualSize = (width: 80, height: 24)

  /// Whether text may have colours (no-color.org).
  let hasColors: Bool
  /// Whether keys can be read.
  let hasKeys: Bool

  /// Nil where standard output is no terminal, or one that can't place its cursor.
  init?() {
    let kind = getenv("TERM").map { String(cString: $0) } ?? ""
    guard isatty(STDOUT_FILENO) == 1, !kind.isEmpty, kind != "dumb" else { return nil }
    hasColors = getenv("NO_COLOR").map { String(cString: $0) } ?? "" == ""
    hasKeys = isatty(STDIN_FILENO) == 1
  }

  var size: (width: Int, height: Int) {
    var window = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else {
      return Self.usualSize
    }
    return (Int(window.ws_col), Int(window.ws_row))
  }

  /// The width of what is printed once: the terminal's; where there is none, what `COLUMNS` says, or 80.
  static func width(_ variables: [String: String]) -> Int {
    if let terminal = Terminal() { return terminal.size.width }
    return variables["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? Paragraph.width
  }

  /// Fills the screen for as long as `body` runs, and leaves all as it was, whatever comes of it.
  func filled(_ body: () throws -> Void) rethrows {
    var before = termios()
    let isRaw = hasKeys && tcgetattr(STDIN_FILENO, &before) == 0
    if isRaw {
      var raw = before
      // Keys come at once, unseen, and ctrl-C is one of them.
      raw.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
      raw.c_iflag &= ~tcflag_t(IXON | ICRNL)
      tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw)
    }
    show(TopScreen.open)
    defer {
      show(TopScreen.close)
      if isRaw { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before) }
    }
    try body()
  }

  /// False where the terminal is gone.
  @discardableResult
  func show(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      written += count
    }
    return true
  }

  /// The keys that were pressed; nil where the terminal is gone.
  func keys() -> [TopKey]? {
    var bytes = [UInt8](repeating: 0, count: 1024)
    let count = read(STDIN_FILENO, &bytes, bytes.count)
    if count < 0, errno == EINTR || errno == EAGAIN { return [] }
    guard count > 0 else { return nil }
    return TopKey.all(in: Array(bytes[..<count]))
  }
}

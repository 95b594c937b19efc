/// What is sent to a terminal: the escapes of ECMA-48, which all have that are in use.
package enum TopScreen {
  /// To the other screen, without a cursor: what was there before comes back at the end.
  package static let open = "\u{1b}[?1049h\u{1b}[?25l"
  package static let close = "\u{1b}[0m\u{1b}[?25h\u{1b}[?1049l"

  /// Over what is there, so that nothing flickers.
  package static func text(_ frame: TopFrame, hasColors: Bool) -> String {
    let lines = frame.lines.map { line in
      let text = hasColors ? begin(line.style) + line.text + "\u{1b}[0m" : line.text
      return text + "\u{1b}[K"
    }
    return "\u{1b}[H" + lines.joined(separator: "\r\n") + "\u{1b}[J"
  }

  private static func begin(_ style: TopLine.Style) -> String {
    switch style {
    case .plain: ""
    case .title: "\u{1b}[1m"
    case .alarm: "\u{1b}[33m"
    }
  }
}

/// Text from outside, made fit for one line of a log.
package enum LogText {
  /// Control characters become `\u{…}`, so that nothing can forge a line; the rest is cut at `maximumBytes`.
  package static func escaped(_ text: String, maximumBytes: Int = 1024) -> String {
    var line = ""
    for scalar in text.unicodeScalars {
      if line.utf8.count >= maximumBytes { return line + "…" }
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator, .format:
        line += scalar.escaped(asASCII: true)
      default: line.unicodeScalars.append(scalar)
      }
    }
    return line
  }
}

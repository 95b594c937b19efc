import AgentPlugins

/// Units that a file of settings may write behind a number: `500ms`, `4 MiB`.
enum SettingUnit {
  private static let seconds: [(String, Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)]
  private static let bytes: [(String, Int)] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)]

  /// The units of a setting; none where it is a text, or counts something.
  static func names(for setting: Setting) -> [String] {
    switch setting.kind {
    case .seconds: seconds.map(\.0)
    case .integer: scales(of: setting).map(\.0)
    case .text, .choice: []
    }
  }

  /// The value in the setting's own unit, as its variable says it.
  static func text(of leaf: YAMLLeaf, for setting: Setting) throws(YAMLProblem) -> String {
    switch (setting.kind, leaf.content) {
    case (.text, .text(let text)), (.choice, .text(let text)): return text
    case (.text, .number), (.choice, .number):
      throw YAMLProblem(
        line: leaf.line, key: leaf.key, expected: "a text; put it in quotes", found: leaf.shown)
    case (.text, .nothing), (.choice, .nothing):
      throw YAMLProblem(line: leaf.line, key: leaf.key, expected: "a text", found: leaf.shown)
    case (.integer, .nothing), (.seconds, .nothing): break
    case (.integer, .number(let digits)), (.seconds, .number(let digits)): return digits
    case (.integer, .text(let text)):
      for (unit, scale) in scales(of: setting) {
        guard let number = number(text, unit: unit).flatMap({ Int($0) }) else { continue }
        let (value, overflow) = number.multipliedReportingOverflow(by: scale)
        if !overflow { return "\(value)" }
      }
    case (.seconds, .text(let text)):
      for (unit, scale) in seconds {
        if let number = number(text, unit: unit).flatMap({ Double($0) }) { return "\(number * scale)" }
      }
    }
    let units = names(for: setting)
    let known = units.isEmpty ? "" : ", or a number with one of the units \(units.joined(separator: ", "))"
    throw YAMLProblem(
      line: leaf.line, key: leaf.key, expected: "a number of \(setting.unit)\(known)", found: leaf.shown)
  }

  private static func scales(of setting: Setting) -> [(String, Int)] {
    switch setting.unit {
    case "bytes": bytes
    case "MiB": bytes.filter { $0.1 >= 1 << 20 }.map { ($0.0, $0.1 >> 20) }
    default: []
    }
  }

  /// What stands before the unit: digits, with at most one dot among them.
  private static func number(_ text: String, unit: String) -> Substring? {
    guard text.hasSuffix(unit) else { return nil }
    var number = text.dropLast(unit.count)
    while number.last == " " { number.removeLast() }
    let isNumber =
      number.first?.isNumber == true && number.utf8.allSatisfy { (48...57).contains($0) || $0 == 46 }
    return isNumber ? number : nil
  }
}

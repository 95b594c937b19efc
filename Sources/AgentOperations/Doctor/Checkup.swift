import AgentPlugins
package import StrictJSON

/// What all checks have come to.
package struct Checkup: Sendable, Equatable {
  /// Problems first.
  package let findings: [Finding]
  /// Checks that were made.
  package let made: Int
  /// Checks for which the server would have been needed.
  package let left: Int

  /// Subjects that people are shown; programs get all.
  private static let shownSubjects = 10
  private static let shownBytes = 2048

  package init(_ examination: Examination, _ checks: [Check] = Check.all) {
    let able = checks.filter { !$0.needsServer || examination.system != nil }
    made = able.count
    left = checks.count - able.count
    // Also those for which only a part is known: what is found is found.
    let all = checks.flatMap { $0.findings(examination) }
    findings = all.filter { $0.severity == .problem } + all.filter { $0.severity == .advice }
  }

  /// For people. `columns`: of the screen.
  package func text(columns: Int) -> String {
    let width = Paragraph.width(onScreen: columns)
    let scope =
      FigureText.count(made, "check") + (left > 0 ? "; \(left) more need a server that can be read" : "")
    if findings.isEmpty { return "nothing is wrong: \(scope)\n" }
    let problems = findings.count { $0.severity == .problem }
    let advice = findings.count - problems
    let counts = [(problems, "problem"), (advice, "piece")].filter { $0.0 > 0 }
      .map { FigureText.count($0.0, $0.1) + ($0.1 == "piece" ? " of advice" : "") }
    return findings.map { Self.text($0, width) }.joined(separator: "\n")
      + "\n\(counts.joined(separator: ", ")): \(scope)\n"
  }

  private static func text(_ finding: Finding, _ width: Int) -> String {
    let subjects = finding.subjects.prefix(shownSubjects).map { LogText.escaped($0) }.joined(separator: ", ")
    let more =
      finding.subjects.count > shownSubjects ? " and \(finding.subjects.count - shownSubjects) more" : ""
    let title = finding.name + (subjects.isEmpty ? "" : ": \(subjects)\(more)")
    let lines =
      Paragraph.lines(
        title, first: DisplayWidth.padded(finding.severity.rawValue, to: 9), rest: "         ", width: width)
      + Paragraph.lines(
        LogText.escaped(finding.found, maximumBytes: shownBytes), first: "         ", rest: "         ",
        width: width)
      + Paragraph.lines(
        LogText.escaped(finding.fix, maximumBytes: shownBytes), first: "         fix: ",
        rest: "              ", width: width)
    return lines.joined(separator: "\n") + "\n"
  }

  /// For programs.
  package var json: JSONValue {
    .object([
      .init("findings", .array(findings.map(\.json))), .init("checks", .number(made)),
      .init("checks_left", .number(left)),
    ])
  }
}

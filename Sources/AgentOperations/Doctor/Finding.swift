package import StrictJSON

/// Something that is wrong, or could be better, and how it is put right.
package struct Finding: Sendable, Equatable {
  package enum Severity: String, Sendable {
    /// Messages are lost, late or wait for nobody, or soon will be.
    case problem
    /// It works, and could work better.
    case advice
  }

  /// Of the check that has found it; programs rely on it.
  package var name = ""
  package var severity: Severity
  /// What it is about: roles, workers, files.
  package var subjects: [String]
  package var found: String
  package var fix: String

  package init(_ severity: Severity, _ subjects: [String] = [], found: String, fix: String) {
    self.severity = severity
    self.subjects = subjects
    self.found = found
    self.fix = fix
  }

  /// For programs.
  package var json: JSONValue {
    .object([
      .init("name", .string(name)), .init("severity", .string(severity.rawValue)),
      .init("subjects", .array(subjects.map { .string($0) })), .init("found", .string(found)),
      .init("fix", .string(fix)),
    ])
  }
}

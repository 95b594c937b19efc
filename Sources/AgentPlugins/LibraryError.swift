/// Why a library is not loaded: which file, at which step of the way in, what was expected
/// there and found, and what to do about it.
package struct LibraryError: Error, Equatable, CustomStringConvertible {
  /// The steps of the way in, in their order.
  package enum Step: String, Sendable {
    case read, trust, settings, image, copy, quarantine, load, entry, descriptor, create, destroy, start,
      conformance
  }

  package let file: String
  package let step: Step
  package let expected: String
  package let found: String
  package let advice: String

  package init(file: String, step: Step, expected: String, found: String, advice: String) {
    self.file = file
    self.step = step
    self.expected = expected
    self.found = found
    self.advice = advice
  }

  package var description: String {
    "\(LogText.escaped(file)): refused at \(step.rawValue): expected \(expected), found \(LogText.escaped(found)); \(advice)"
  }
}

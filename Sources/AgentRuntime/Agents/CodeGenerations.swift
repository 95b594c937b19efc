/// The code that this worker has mapped, and which of it is past: replaced by other code of its library, or of a library
/// that is gone. A Swift image is never unmapped, so what is past stays in memory until the worker ends.
struct CodeGenerations: Equatable, Sendable {
  private var mapped: Set<String> = []
  private var latest: [String: String] = [:]

  /// `hash` names the code. The first code of a library is none that is past, also where it can't be started.
  mutating func loaded(_ hash: String, of file: String) {
    mapped.insert(hash)
    latest[file] = hash
  }

  mutating func removed(_ file: String) {
    latest[file] = nil
  }

  /// How many generations are past.
  var past: Int { mapped.subtracting(latest.values).count }
}

/// What a fixture met instead of what it needs.
struct FixtureFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

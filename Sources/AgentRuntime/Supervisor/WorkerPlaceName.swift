import AgentPlugins

/// Names a place for workers: the main one, one of isolated libraries, or one beside another for what is suspected of
/// killing the workers there.
package enum WorkerPlaceName: Hashable, Sendable {
  case main
  case isolated(String)
  /// Serves the same libraries as the place that it is of, and takes nothing but suspects.
  indirect case probation(of: WorkerPlaceName)

  /// The place whose libraries are served.
  package var served: WorkerPlaceName {
    if case .probation(let place) = self { place.served } else { self }
  }

  /// Of the place whose libraries are served, where it is an isolated one.
  package var isolatedName: String? {
    if case .isolated(let name) = served { name } else { nil }
  }

  package var isProbation: Bool {
    if case .probation = self { true } else { false }
  }

  /// The main place comes first, and a place for suspects after all that are not.
  package static func isOrdered(_ first: WorkerPlaceName, before second: WorkerPlaceName) -> Bool {
    switch (first, second) {
    case (.probation(let first), .probation(let second)): isOrdered(first, before: second)
    case (_, .probation): true
    case (.probation, _): false
    case (.main, .isolated): true
    case (_, .main): false
    case (.isolated(let first), .isolated(let second)): first < second
    }
  }
}

extension WorkerPlaceName: LosslessStringConvertible {
  private static let probationPrefix = "probation of "

  package var description: String {
    switch self {
    case .main: PlaceName.main
    case .isolated(let name): name
    case .probation(let place): Self.probationPrefix + place.description
    }
  }

  /// Nil for what names no place.
  package init?(_ text: String) {
    if text.hasPrefix(Self.probationPrefix) {
      guard let place = Self(String(text.dropFirst(Self.probationPrefix.count))), !place.isProbation
      else { return nil }
      self = .probation(of: place)
    } else if text == PlaceName.main {
      self = .main
    } else {
      guard PlaceName.isValid(text) else { return nil }
      self = .isolated(text)
    }
  }
}

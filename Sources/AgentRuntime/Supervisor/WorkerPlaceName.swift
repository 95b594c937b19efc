import AgentPlugins

/// Names a place for workers: the main one, or one of isolated libraries.
package enum WorkerPlaceName: Hashable, Sendable {
  case main
  case isolated(String)

  /// The main place comes first.
  package static func isOrdered(_ first: WorkerPlaceName, before second: WorkerPlaceName) -> Bool {
    switch (first, second) {
    case (.main, .isolated): true
    case (_, .main): false
    case (.isolated(let first), .isolated(let second)): first < second
    }
  }
}

extension WorkerPlaceName: CustomStringConvertible {
  package var description: String {
    switch self {
    case .main: PlaceName.main
    case .isolated(let name): name
    }
  }
}

/// How urgent a message is. What is forwarded keeps it.
package enum Priority: String, Sendable, CaseIterable {
  case high, normal, low

  /// Shares of a role's agents while there is work of every priority.
  var weight: Int {
    switch self {
    case .high: 6
    case .normal: 3
    case .low: 1
    }
  }
}

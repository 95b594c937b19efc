import CAgentABI

/// Which agenthost this is.
package enum Release {
  package static let version: StaticString = "0.1.0"
  /// The number of the contract between host and agents.
  package static let contractDraft = AGENTHOST_DRAFT
}

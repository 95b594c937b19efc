import CAgentABI

/// Which of the host's services an agent may use, beside those that every agent needs.
package enum GrantedServices: Sendable, Equatable {
  case all
  case only(Set<Service>)

  /// What can be granted, as operators call it: for every version of the contract's extension. Threads are no matter of
  /// trust: without them an agent would run where nobody watches it.
  package enum Service: String, Sendable, CaseIterable {
    case config, log, session

    /// By the name of one of its extensions; nil for what needs no grant.
    init?(extension identifier: String) {
      switch identifier {
      case AGENTHOST_EXTENSION_CONFIG: self = .config
      case AGENTHOST_EXTENSION_LOG: self = .log
      case AGENTHOST_EXTENSION_SESSION: self = .session
      default: return nil
      }
    }
  }

  func includes(_ service: Service) -> Bool {
    switch self {
    case .all: true
    case .only(let services): services.contains(service)
    }
  }
}

/// What an operator says to a library's agents.
package struct AgentSettings: Sendable, Equatable {
  /// One JSON object.
  package var configuration: String
  package var grants: GrantedServices

  package init(configuration: String = "{}", grants: GrantedServices = .all) {
    self.configuration = configuration
    self.grants = grants
  }
}

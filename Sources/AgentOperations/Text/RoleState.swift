package import AgentStreams

extension RoleStatus {
  /// For people.
  package var stateName: String {
    if isBroken { return "broken" }
    if isPaused { return "paused" }
    return agents == 0 ? "unserved" : "served"
  }
}

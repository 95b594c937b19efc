/// Where a message goes.
public enum Destination: Sendable, Hashable {
  /// To any agent of a role.
  case role(String)
  /// To one agent.
  case agent(String)
  /// To the list where whoever made the request waits for its result.
  case resultList
  /// To a result list by its name, which begins with "result:".
  case list(String)
}

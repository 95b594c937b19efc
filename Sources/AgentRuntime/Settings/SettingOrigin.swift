/// Where the value of a setting is from, where it is not the default.
package enum SettingOrigin: Sendable, Equatable {
  case environment
  case file(line: Int)

  /// Two ways to say which server: who says the one in the environment does not mean what the file says of another's.
  private static let addresses = ["REDIS_URL", "REDIS_URL_FILE"]
  private static let ofAddress: Set<String> = [
    "REDIS_URL", "REDIS_URL_FILE", "AGENTHOST_REDIS_PASSWORD_FILE",
  ]

  /// What the environment and a file say together, as variables.
  package static func merge(
    _ environment: [String: String], _ file: HostSettingsFile?
  ) -> (variables: [String: String], origins: [String: SettingOrigin]) {
    var variables = environment
    var origins: [String: SettingOrigin] = [:]
    for setting in SettingsTable.all where environment[setting.environment] != nil {
      origins[setting.environment] = .environment
    }
    for entry in file?.entries ?? [] {
      let name = entry.setting.environment
      let names = ofAddress.contains(name) ? addresses + [name] : [name]
      guard names.allSatisfy({ environment[$0] == nil }) else { continue }
      variables[name] = entry.text
      origins[name] = .file(line: entry.line)
    }
    return (variables, origins)
  }
}

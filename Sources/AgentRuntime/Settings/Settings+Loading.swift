package import AgentPlugins

extension Settings {
  /// The agents' folder as a place looks at it; nil: the main one.
  func agentsFolder(at place: String?) -> PluginFolder {
    PluginFolder(path: agentsDirectory, place: place, trustsAll: pluginTrust == SettingsTable.trustAll)
  }

  /// The private copies of libraries in the data folder; reads the trusted keys where there are such.
  package func libraryStore(in dataDirectory: String) throws(LibraryError) -> LibraryStore {
    try LibraryStore(directory: dataDirectory + "/libraries", trust: trustPolicy())
  }

  /// For what is to be put into the agents' folder: whoever does that vouches for it, unless signatures do.
  package func installingStore(in dataDirectory: String) throws(LibraryError) -> LibraryStore {
    let policy = try trustPolicy()
    let trust: TrustPolicy = if case .signature = policy { policy } else { .any }
    return try LibraryStore(directory: dataDirectory + "/libraries", trust: trust)
  }

  /// Whoever tries libraries, and keeps in the data folder what has passed.
  package func prober(in dataDirectory: String, environment: [String: String]) -> Prober {
    Prober(
      verdicts: ProbeVerdicts(folder: dataDirectory + "/verdicts"), limit: loadTimeout,
      environment: environment)
  }

  /// The folder, where it holds keys by now.
  private func checkedKeys() throws(LibraryError) -> String {
    _ = try TrustedKeys(folder: pluginKeys)
    return pluginKeys
  }

  /// Whose libraries are let in.
  package func trustPolicy() throws(LibraryError) -> TrustPolicy {
    switch pluginTrust {
    case SettingsTable.trustOwners: .owner
    case SettingsTable.trustSignatures: .signature(keys: try checkedKeys())
    default: .any
    }
  }
}

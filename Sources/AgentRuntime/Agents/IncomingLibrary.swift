import AgentPlugins

/// A library that is not loaded as it lies there.
struct LibraryCandidate {
  let image: LibraryImage
  let settings: LibrarySettings
}

/// A library whose code is there, and of which nothing has been made.
struct IncomingLibrary: RoleClaim {
  let library: AgentLibrary
  let candidate: LibraryCandidate
  let roles: Set<String>

  var file: String { library.file }
}

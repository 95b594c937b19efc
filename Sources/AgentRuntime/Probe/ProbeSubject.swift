package import AgentPlugins

/// A library that is to be tried, and what its agents are to be made with.
package struct ProbeSubject: Sendable {
  package let image: LibraryImage
  /// One JSON object.
  package let configuration: String

  package init(_ image: LibraryImage, configuration: String) {
    self.image = image
    self.configuration = configuration
  }
}

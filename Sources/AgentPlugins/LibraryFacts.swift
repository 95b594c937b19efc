/// What is known of a library's file without running anything of it.
package struct LibraryFacts: Sendable {
  package let file: String
  package let bytes: [UInt8]
  /// SHA-256, hexadecimal.
  package let hash: String
  package let image: AgentImage

  /// Refuses what is no library for this host, or is not trusted.
  package init(of file: String, trust: TrustPolicy) throws(LibraryError) {
    self.file = file
    (bytes, image, _) = try LibraryStore.checkedBytes(of: file, trust)
    hash = LibraryStore.hash(bytes)
  }
}

import AgentPlugins

/// The layouts of C structs that Swift knows of in this process. The first one of a name counts for all that come after
/// it, in whatever library, until the process ends.
struct MappedStructs {
  /// A struct that another library has brought along with another layout.
  struct Conflict: Equatable {
    let name: String
    let layout: String
    let mapped: String
    /// The library that was first.
    let file: String
  }

  private var layouts: [String: (layout: String, file: String)] = [:]

  mutating func map(_ image: LibraryImage) {
    for (name, layout) in image.importedStructs where layouts[name] == nil {
      layouts[name] = (layout, image.file)
    }
  }

  /// Nil where `image` may be mapped beside all that is.
  func conflict(with image: LibraryImage) -> Conflict? {
    for (name, layout) in image.importedStructs.sorted(by: { $0.key < $1.key }) {
      guard let mapped = layouts[name], mapped.layout != layout else { continue }
      return Conflict(name: name, layout: layout, mapped: mapped.layout, file: mapped.file)
    }
    return nil
  }
}

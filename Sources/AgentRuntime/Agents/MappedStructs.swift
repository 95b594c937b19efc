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

  /// The layouts of C structs by their names, for each library.
  typealias Layouts = [String: [String: String]]

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

  /// Why not even a new worker could map `image`: another library of the folder is to have the struct with another layout.
  static func refusal(of image: LibraryImage, _ conflict: Conflict, beside folder: Layouts) -> LibraryError? {
    let others = folder.filter { $0.key != image.file }.compactMapValues { $0[conflict.name] }
    guard let other = others.filter({ $0.value != conflict.layout }).min(by: { $0.key < $1.key }) else {
      return nil
    }
    return LibraryError(
      file: image.file, step: .load,
      expected: "the C struct \(conflict.name) as \(other.key) has it: \(other.value)",
      found: conflict.layout,
      advice: "give it another name, or give one of the two a worker of its own: isolate: true")
  }
}

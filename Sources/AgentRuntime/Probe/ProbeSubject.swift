import AgentEnvelope
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

extension ProbeSubject {
  /// As it is handed over to the process that tries them.
  static func text(_ subjects: [ProbeSubject]) -> [UInt8] {
    var bytes: [UInt8] = []
    JSONValue.array(
      subjects.map {
        .object([
          .init("image", .string($0.image.path)), .init("file", .string($0.image.file)),
          .init("configuration", .string($0.configuration)),
        ])
      }
    ).write(into: &bytes)
    return bytes
  }

  /// Nil where `text` is anything else.
  static func all(reading text: [UInt8]) -> [ProbeSubject]? {
    guard
      let value = text.withUnsafeBytes({ try? JSONValue.parse($0, maximumDepth: 4) }),
      let elements = value.elements
    else { return nil }  // nobody's but a worker's
    return elements.compactMap { element in
      guard let image = element["image"]?.string, let file = element["file"]?.string,
        let configuration = element["configuration"]?.string
      else { return nil }
      return ProbeSubject(LibraryImage(copy: image, of: file), configuration: configuration)
    }
  }
}

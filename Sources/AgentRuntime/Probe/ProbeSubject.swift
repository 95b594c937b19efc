package import AgentPlugins
import StrictJSON

/// A library that is to be tried, and what its agents are to be made with.
package struct ProbeSubject: Sendable {
  package let image: LibraryImage
  package let settings: AgentSettings

  package init(_ image: LibraryImage, _ settings: AgentSettings) {
    self.image = image
    self.settings = settings
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
          .init("settings", $0.settings.json),
        ])
      }
    ).write(into: &bytes)
    return bytes
  }

  /// Nil where `text` is anything else.
  static func all(reading text: [UInt8]) -> [ProbeSubject]? {
    guard
      let value = text.withUnsafeBytes({ try? JSONValue.parse($0, maximumDepth: 5) }),
      let elements = value.elements
    else { return nil }  // nobody's but a worker's
    return elements.compactMap { element in
      guard let image = element["image"]?.string, let file = element["file"]?.string,
        let settings = element["settings"].flatMap(AgentSettings.init)
      else { return nil }
      return ProbeSubject(LibraryImage(copy: image, of: file), settings)
    }
  }
}

extension AgentSettings {
  fileprivate init?(_ value: JSONValue) {
    guard let configuration = value["configuration"]?.string else { return nil }
    let services = value["grants"]?.elements.map { Set($0.compactMap(\.string)) }
    self.init(
      configuration: configuration,
      grants: services.map { .only(Set($0.compactMap(GrantedServices.Service.init))) } ?? .all)
  }

  var json: JSONValue {
    let services: JSONValue =
      switch grants {
      case .all: .null
      case .only(let services): .array(services.map(\.rawValue).sorted().map { .string($0) })
      }
    return .object([.init("configuration", .string(configuration)), .init("grants", services)])
  }
}

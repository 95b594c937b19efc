import StrictJSON

/// Why some code is not loaded.
package struct Quarantine: Sendable, Equatable {
  /// The library's file, on the host that saw it last.
  package var file: String
  package var reason: String
  /// Seconds since 1970; 0 where that is not known.
  package var since: Double
  /// The roles that the code serves; empty where they are not known.
  package var roles: [String]

  package init(file: String, reason: String, since: Double, roles: [String] = []) {
    self.roles = roles
    self.file = file
    self.reason = reason
    self.since = since
  }

  /// What can't be read is a quarantine all the same: somebody wanted one.
  init(reading text: String) {
    var text = text
    let value = text.withUTF8 { try? JSONValue.parse(UnsafeRawBufferPointer($0), maximumDepth: 8) }
    self.init(
      file: value?["file"]?.string ?? "", reason: value?["reason"]?.string ?? "not said",
      since: value?["since"]?.double ?? 0, roles: value?["roles"]?.elements?.compactMap(\.string) ?? [])
  }

  var json: String {
    var bytes: [UInt8] = []
    JSONValue.object([
      .init("file", .string(file)), .init("reason", .string(reason)), .init("since", .number(since)),
      .init("roles", .array(roles.map { .string($0) })),
    ]).write(into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}

package import StrictJSON

/// The JSON Schema of a file of settings, made of the table.
package enum SettingsSchema {
  package static var json: JSONValue {
    .object([
      .init("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
      .init("title", .string("Settings of agenthost")),
      .init("description", .string("agenthost.yaml; what the environment says goes before it.")),
      .init("type", .array([.string("object"), .string("null")])),
      .init("additionalProperties", .bool(false)),
      .init("properties", .object(properties(below: ""))),
    ])
  }

  /// Of the keys that begin with `prefix`, in the table's order.
  private static func properties(below prefix: String) -> [JSONValue.Member] {
    var members: [JSONValue.Member] = []
    var groups: Set<String> = []
    for setting in SettingsTable.all {
      guard let key = setting.key, key.hasPrefix(prefix) else { continue }
      let rest = key.dropFirst(prefix.count)
      let name = String(rest.prefix { $0 != "." })
      if name.count == rest.count {
        members.append(.init(name, schema(of: setting)))
      } else if groups.insert(name).inserted {
        members.append(.init(name, group(below: "\(prefix)\(name).")))
      }
    }
    return members
  }

  private static func group(below prefix: String) -> JSONValue {
    .object([
      .init("type", .string("object")), .init("additionalProperties", .bool(false)),
      .init("properties", .object(properties(below: prefix))),
    ])
  }

  private static func schema(of setting: Setting) -> JSONValue {
    let value: JSONValue.Member
    switch setting.kind {
    case .text: value = .init("type", .string("string"))
    case .choice(let choices): value = .init("enum", .array(choices.map(JSONValue.string)))
    case .integer(let range):
      value = number("integer", .number(range.lowerBound), .number(range.upperBound), setting)
    case .seconds(let range):
      value = number("number", .number(range.lowerBound), .number(range.upperBound), setting)
    }
    let meaning = "\(setting.meaning) (\(setting.environment), \(setting.unit))"
    return .object([.init("description", .string(meaning)), value])
  }

  /// A number within its limits, or a text with a unit.
  private static func number(
    _ type: String, _ minimum: JSONValue, _ maximum: JSONValue, _ setting: Setting
  ) -> JSONValue.Member {
    let plain = JSONValue.object([
      .init("type", .string(type)), .init("minimum", minimum), .init("maximum", maximum),
    ])
    let units = SettingUnit.names(for: setting).joined(separator: "|")
    if units.isEmpty { return .init("anyOf", .array([plain])) }
    let text = JSONValue.object([
      .init("type", .string("string")), .init("pattern", .string("^[0-9][0-9.]* *(\(units))$")),
    ])
    return .init("anyOf", .array([plain, text]))
  }
}

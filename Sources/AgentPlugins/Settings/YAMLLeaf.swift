/// A single value of a YAML file whose mappings group keys, as a file of settings is.
package struct YAMLLeaf: Sendable, Equatable {
  package enum Content: Sendable, Equatable {
    /// Its digits.
    case number(String)
    case text(String)
    /// A mapping that says nothing.
    case nothing
  }

  /// The keys that lead to it, with dots between them.
  package var key: String
  package var line: Int
  package var content: Content

  /// What stands in `text`, in its order.
  package static func all(in text: String) throws(YAMLProblem) -> [YAMLLeaf] {
    guard let root = try YAMLDocument.read(text) else { return [] }
    if case .null = root.content { return [] }
    var leaves: [YAMLLeaf] = []
    try add(root, key: "", to: &leaves)
    return leaves
  }

  private static func add(_ value: YAMLValue, key: String, to leaves: inout [YAMLLeaf]) throws(YAMLProblem) {
    switch value.content {
    case .mapping(let members):
      if members.isEmpty, !key.isEmpty {
        leaves.append(YAMLLeaf(key: key, line: value.line, content: .nothing))
      }
      for member in members {
        // By dots the keys that lead to a value are joined.
        guard !member.key.isEmpty, !member.key.contains(".") else {
          throw YAMLProblem(
            line: member.line, key: key, expected: "keys without dots", found: "\"\(member.key.prefix(64))\"")
        }
        try add(member.value, key: key.isEmpty ? member.key : "\(key).\(member.key)", to: &leaves)
      }
    case .integer(let digits) where !key.isEmpty:
      leaves.append(YAMLLeaf(key: key, line: value.line, content: .number(digits)))
    case .decimal(let number) where !key.isEmpty:
      leaves.append(YAMLLeaf(key: key, line: value.line, content: .number("\(number)")))
    case .text(let text) where !key.isEmpty:
      leaves.append(YAMLLeaf(key: key, line: value.line, content: .text(text)))
    case .null, .boolean, .list, .integer, .decimal, .text:
      let expected = key.isEmpty ? "keys with values" : "a number or a text"
      throw YAMLProblem(line: value.line, key: key, expected: expected, found: value.words)
    }
  }
}

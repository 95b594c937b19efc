/// Puts a text of YAML together: one document, within limits that hold for what it stands for and not only for what it
/// says, since a name may stand for much.
struct YAMLDocument {
  /// Lists and mappings within each other, below the file's own mapping.
  static let maximumDepth = 32
  /// Of the whole as JSON.
  static let maximumBytes = 16 << 10

  private let events: YAMLEvents
  private var anchors: [String: YAMLValue] = [:]
  /// The keys that lead to what is read.
  private var path: [String] = []

  /// Nil where there is nothing but comments.
  static func read(_ text: String) throws(YAMLProblem) -> YAMLValue? {
    var document = YAMLDocument(events: YAMLEvents(text))
    do throws(YAMLProblem) {
      return try document.read()
    } catch {
      var problem = error
      if problem.key.isEmpty { problem.key = document.path.joined(separator: ".") }
      throw problem
    }
  }

  private init(events: YAMLEvents) {
    self.events = events
  }

  private mutating func read() throws(YAMLProblem) -> YAMLValue? {
    guard case .documentStart = try events.next().kind else { return nil }
    let root = try value(try events.next(), within: 0)
    _ = try events.next()
    let after = try events.next()
    guard case .finished = after.kind else {
      throw YAMLProblem(line: after.line, expected: "one document", found: "another")
    }
    return root
  }

  /// `level`: lists and mappings around it.
  private mutating func value(_ event: YAMLEvent, within level: Int) throws(YAMLProblem) -> YAMLValue {
    if let tag = event.tag, tag != "!" {
      throw YAMLProblem(line: event.line, expected: "values without tags", found: "tag \"\(tag.prefix(64))\"")
    }
    var value: YAMLValue
    switch event.kind {
    case .scalar(let text, let isPlain):
      let isText = !isPlain || event.tag != nil
      value = isText ? YAMLValue(text: text, line: event.line) : try YAMLValue(plain: text, line: event.line)
    case .alias(let name):
      guard let known = anchors[name] else {
        throw YAMLProblem(
          line: event.line, expected: "an alias of a value before it", found: "\"*\(name.prefix(64))\"")
      }
      value = known
      value.line = event.line
      try checkDepth(level + value.depth, line: event.line)
    case .listStart:
      try checkDepth(level + 1, line: event.line)
      value = try list(event.line, within: level)
    case .mappingStart:
      try checkDepth(level + 1, line: event.line)
      value = try mapping(event.line, within: level)
    case .documentStart, .end, .finished:
      throw YAMLProblem(line: event.line, expected: "a value", found: "none")
    }
    try checkSize(value.json.count, line: event.line)
    if let anchor = event.anchor { anchors[anchor] = value }
    return value
  }

  private mutating func list(_ line: Int, within level: Int) throws(YAMLProblem) -> YAMLValue {
    var list = YAMLValue(content: .null, line: line, json: [UInt8(ascii: "[")], depth: 1)
    var elements: [YAMLValue] = []
    while true {
      let event = try events.next()
      if case .end = event.kind { break }
      path.append(String(elements.count))
      let element = try value(event, within: level + 1)
      try append(element.json, to: &list, after: elements.count, line: event.line)
      list.depth = max(list.depth, element.depth + 1)
      path.removeLast()
      elements.append(element)
    }
    list.content = .list(elements)
    list.json.append(UInt8(ascii: "]"))
    return list
  }

  private mutating func mapping(_ line: Int, within level: Int) throws(YAMLProblem) -> YAMLValue {
    var mapping = YAMLValue(content: .null, line: line, json: [UInt8(ascii: "{")], depth: 1)
    var members: [YAMLValue.Member] = []
    var keys: Set<String> = []
    while true {
      let event = try events.next()
      if case .end = event.kind { break }
      let key = try key(event)
      path.append(key)
      guard keys.insert(key).inserted else {
        throw YAMLProblem(line: event.line, expected: "each key once", found: "more than once")
      }
      let value = try value(try events.next(), within: level + 1)
      try append(
        YAMLValue.json(of: key) + [UInt8(ascii: ":")] + value.json, to: &mapping, after: members.count,
        line: value.line)
      mapping.depth = max(mapping.depth, value.depth + 1)
      members.append(YAMLValue.Member(key: key, line: event.line, value: value))
      path.removeLast()
    }
    mapping.content = .mapping(members)
    mapping.json.append(UInt8(ascii: "}"))
    return mapping
  }

  /// As it is written: JSON has text only.
  private mutating func key(_ event: YAMLEvent) throws(YAMLProblem) -> String {
    guard case .scalar(let text, let isPlain) = event.kind, event.tag == nil || event.tag == "!" else {
      throw YAMLProblem(line: event.line, expected: "keys that are words", found: "another")
    }
    guard !isPlain || text != "<<" else {
      throw YAMLProblem(
        line: event.line, expected: "keys of YAML 1.2, which merges nothing", found: "key \"<<\"")
    }
    if let anchor = event.anchor { anchors[anchor] = YAMLValue(text: text, line: event.line) }
    return text
  }

  private func append(
    _ json: [UInt8], to whole: inout YAMLValue, after count: Int, line: Int
  ) throws(YAMLProblem) {
    if count > 0 { whole.json.append(UInt8(ascii: ",")) }
    try checkSize(whole.json.count + json.count, line: line)
    whole.json += json
  }

  private func checkSize(_ bytes: Int, line: Int) throws(YAMLProblem) {
    guard bytes <= Self.maximumBytes else {
      throw YAMLProblem(line: line, expected: "at most \(Self.maximumBytes) bytes of JSON", found: "more")
    }
  }

  private func checkDepth(_ depth: Int, line: Int) throws(YAMLProblem) {
    guard depth <= Self.maximumDepth + 1 else {
      throw YAMLProblem(
        line: line, expected: "lists and mappings at most \(Self.maximumDepth) deep", found: "deeper ones")
    }
  }
}

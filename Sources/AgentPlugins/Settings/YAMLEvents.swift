import CYAMLEvents

/// One thing that stands in a text of YAML.
struct YAMLEvent {
  enum Kind {
    case documentStart
    case scalar(String, isPlain: Bool)
    case listStart
    case mappingStart
    case alias(String)
    /// Of a list, a mapping or a document.
    case end
    case finished
  }

  var kind: Kind
  /// From 1.
  var line: Int
  var anchor: String?
  var tag: String?
}

/// Why a text can't be used, and where.
package struct YAMLProblem: Error, Equatable {
  package var line: Int
  package var key = ""
  package var expected = "YAML"
  package var found: String

  package init(line: Int, key: String = "", expected: String = "YAML", found: String) {
    self.line = line
    self.key = key
    self.expected = expected
    self.found = found
  }
}

/// What stands in a text, one after the other. Nothing is put together here, so a text that stands for much more than it
/// says costs no more than its length.
final class YAMLEvents {
  // SAFETY: made in `init` and ended in `deinit`, by its only owner; the text is copied.
  /// Nil where there was no memory for it.
  private let events: OpaquePointer?

  init(_ text: String) {
    var text = text
    events = text.withUTF8 { yaml_text_events_begin($0.baseAddress, UInt64($0.count)) }
  }

  deinit {
    if let events { yaml_text_events_end(events) }
  }

  func next() throws(YAMLProblem) -> YAMLEvent {
    guard let events else { throw YAMLProblem(line: 1, found: "no memory") }
    while true {
      var event = yaml_text_event()
      guard yaml_text_events_next(events, &event) == 1 else {
        var line: UInt32 = 1
        let problem = yaml_text_events_problem(events, &line).map { String(cString: $0) } ?? ""
        throw YAMLProblem(line: Int(line), found: problem)
      }
      if let read = YAMLEvent(event) { return read }
    }
  }
}

extension YAMLEvent {
  /// Nil for what says nothing.
  // SAFETY: the texts of an event are valid until the next one, and copied here.
  fileprivate init?(_ event: yaml_text_event) {
    line = Int(event.line)
    anchor = event.anchor.map { String(cString: $0) }
    tag = event.tag.map { String(cString: $0) }
    switch Int(event.kind) {
    case EVENT_DOCUMENT: kind = .documentStart
    case EVENT_SCALAR:
      let text = UnsafeBufferPointer(start: event.text, count: Int(event.length))
      kind = .scalar(String(decoding: text, as: UTF8.self), isPlain: event.is_plain == 1)
    case EVENT_LIST: kind = .listStart
    case EVENT_MAPPING: kind = .mappingStart
    case EVENT_ALIAS:
      kind = .alias(anchor ?? "")
      anchor = nil
    case EVENT_END: kind = .end
    case EVENT_FINISHED: kind = .finished
    default: return nil
    }
  }
}

/// The order of entries in a stream: milliseconds and a sequence number.
package struct StreamID: Sendable, Hashable, Comparable {
  package let milliseconds: UInt64
  package let sequence: UInt64

  /// nil where `text` is no entry's id.
  package init?(_ text: String) {
    guard let dash = text.utf8.firstIndex(of: UInt8(ascii: "-")),
      let milliseconds = UInt64(text[..<dash]),
      let sequence = UInt64(text[text.utf8.index(after: dash)...])
    else { return nil }
    self.milliseconds = milliseconds
    self.sequence = sequence
  }

  package static func < (left: StreamID, right: StreamID) -> Bool {
    (left.milliseconds, left.sequence) < (right.milliseconds, right.sequence)
  }
}

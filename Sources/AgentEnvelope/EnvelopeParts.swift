/// Where parts of an envelope stand in its bytes, each of them members of a JSON object.
package struct EnvelopeParts: Sendable, Equatable {
  /// Conversation and message.
  package let identity: Range<Int>
  /// When it was written, the result's list, the trace, and what the steps came to.
  package let way: Range<Int>
}

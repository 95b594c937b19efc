import StrictJSON

/// Where parts of an envelope stand in its bytes, each of them members of a JSON object.
package struct EnvelopeParts: Sendable, Equatable {
  /// Conversation and message.
  package let identity: Range<Int>
  /// When it was written, the result's list, the trace, and what the steps came to.
  package let way: Range<Int>
}

extension Envelope {
  /// The parts of an envelope that this module has written: only in those the fields stand in this order.
  package var writtenParts: EnvelopeParts {
    let opening = 1
    return EnvelopeParts(
      identity: opening..<span(.messageID).end,
      way: span(.payload).end + 1..<span(.createTimestamp).end)
  }
}

import StrictJSON

/// How large the parts of an envelope may be.
package struct EnvelopeLimits: Equatable, Sendable {
  /// The deepest nesting that can be asked for.
  package static let deepestNesting = JSONScanner.deepestNesting

  /// Bytes of a whole envelope, and of an agent's payload.
  package var maximumBytes: Int
  /// Containers open at a time, the envelope itself among them; more than `deepestNesting` counts as that.
  package var maximumDepth: Int
  /// UTF-8 bytes of a conversation id, a message id or a result list.
  package var maximumIdentifierBytes: Int

  package init(
    maximumBytes: Int = 1 << 20, maximumDepth: Int = JSONScanner.usualDepth, maximumIdentifierBytes: Int = 512
  ) {
    self.maximumBytes = maximumBytes
    self.maximumDepth = maximumDepth
    self.maximumIdentifierBytes = maximumIdentifierBytes
  }

  // A payload sits one level down in its envelope, and `errors` that are no array are put into one:
  // what an agent returns must be within the limit after both, or the next hop would refuse it.
  var maximumPayloadDepth: Int { maximumDepth - 2 }
}

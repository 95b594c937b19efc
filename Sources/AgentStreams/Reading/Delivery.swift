package import RedisClient

/// An entry that this host has been given and owes an outcome. One object: it is handed on often.
package final class Delivery: @unchecked Sendable {
  // SAFETY: nothing in it changes, and the bytes are the entry's, which it holds.
  package let source: DeliverySource
  package let entry: StreamEntry
  /// How often the entry has been given to somebody, this time included.
  package let deliveries: Int
  /// The envelope's, in place: as long as somebody holds the delivery. Nil where the entry has no such field.
  package let bytes: UnsafeRawBufferPointer?
  let byteCount: Int

  package init(source: DeliverySource, entry: StreamEntry, deliveries: Int) {
    self.source = source
    self.entry = entry
    self.deliveries = deliveries
    (bytes, byteCount) = entry.value(of: "envelope")
  }

  /// Whether the entry has a field for an envelope.
  package var hasEnvelope: Bool { bytes != nil }

  /// Calls `body` with the envelope's bytes; with none where the entry has no such field.
  package func withEnvelope<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
    defer { extendLifetime(self) }
    return body(bytes ?? UnsafeRawBufferPointer(start: nil, count: 0))
  }

  /// A copy of the envelope; nil where the entry has no such field.
  package var envelope: [UInt8]? { hasEnvelope ? withEnvelope { Array($0) } : nil }
}

/// The next stage: what takes deliveries.
@IOActor
package protocol DeliveryReceiver: AnyObject, Sendable {
  /// Never more at once than the sources' slots allow.
  func receive(_ deliveries: [Delivery])

  /// What was read and will not be worked on here: it goes back to its stream, where others can take it.
  func handBack(_ deliveries: [Delivery])

  /// The server has given these entries of `source` to somebody else: work on them is in vain.
  func lost(_ ids: [StreamID], of source: DeliverySource)
}

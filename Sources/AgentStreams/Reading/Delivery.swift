package import NIOCore
package import RedisClient

/// An entry that this host has been given and owes an outcome. One object: it is handed on often.
package final class Delivery: Sendable {
  package let source: DeliverySource
  package let entry: StreamEntry
  /// How often the entry has been given to somebody, this time included.
  package let deliveries: Int
  /// The envelope's bytes; nil where the entry has no such field.
  package let envelope: ByteBuffer?
  let byteCount: Int

  package init(source: DeliverySource, entry: StreamEntry, deliveries: Int) {
    self.source = source
    self.entry = entry
    self.deliveries = deliveries
    (envelope, byteCount) = entry.value(of: "envelope")
  }
}

/// The next stage: what takes deliveries.
@IOActor
package protocol DeliveryReceiver: AnyObject, Sendable {
  /// Never more at once than the sources' slots allow.
  func receive(_ deliveries: [Delivery])

  /// What was read and will not be worked on here: it goes back to its stream, where others can take it.
  func handBack(_ deliveries: [Delivery])

  /// The server has given these entries of `source` to somebody else: work on them is in vain.
  func lost(_ ids: [String], of source: DeliverySource)
}

/// An outcome on its way to the server: what becomes of a delivery.
package final class Settlement: Sendable {
  package let delivery: Delivery
  package let writes: CommitWrites
  /// What to write instead when the server refuses these writes.
  package let refused: any RefusalAnswer
  /// What it adds to a batch, about.
  let byteCount: Int

  package init(delivery: Delivery, writes: CommitWrites, refused: any RefusalAnswer) {
    self.delivery = delivery
    self.writes = writes
    self.refused = refused
    var bytes = 0
    writes.forEach { bytes += $0.byteCount }
    byteCount = bytes
  }
}

/// Why a destination was refused.
package enum CommitRefusal: Sendable, Equatable {
  /// A work stream that nobody ever served.
  case noSuchStream
  /// The request was cancelled, and its caller has not heard of it.
  case cancelled
  /// The server's error.
  case error(String)
}

/// Knows what becomes of a message whose outcome the server did not take.
package protocol RefusalAnswer: AnyObject, Sendable {
  /// The settlement to try next; nil when nothing is left to try, and the entry stays pending.
  func settlement(after refusal: CommitRefusal) -> Settlement?
}

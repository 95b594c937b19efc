/// A worker that is known to be dead, and what is known of how it died.
package struct DeadWorker: Sendable, Equatable {
  package let incarnation: String
  /// Ids of the entries that it may have died of, by their stream; nil where nothing is known of it, and it may have
  /// been any.
  package let charged: [String: [String]]?

  package init(_ incarnation: String, charged: [String: [String]]? = nil) {
    self.incarnation = incarnation
    self.charged = charged
  }
}

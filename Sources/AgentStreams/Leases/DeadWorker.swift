/// A worker that is known to be dead, and what is known of how it died.
package struct DeadWorker: Sendable, Equatable {
  package let incarnation: String
  /// Ids of the entries that count as given out once more, by their stream; nil where nothing is known of the death,
  /// and all that it held counts.
  package let charged: [String: [String]]?
  /// Ids of the entries that it may have died of, by their stream: each is worked on alone.
  package let suspected: [String: [String]]
  /// Then all that it held is suspected.
  package let wasOnProbation: Bool

  package init(
    _ incarnation: String, charged: [String: [String]]? = nil, suspected: [String: [String]] = [:],
    wasOnProbation: Bool = false
  ) {
    self.wasOnProbation = wasOnProbation
    self.incarnation = incarnation
    self.charged = charged
    self.suspected = suspected
  }
}

/// The writes of one outcome, in order: most often one, which takes no list.
package struct CommitWrites: Sendable, Equatable, RandomAccessCollection, ExpressibleByArrayLiteral {
  package private(set) var count = 0
  private var only: CommitWrite?
  /// All of them, where there are several.
  private var several: [CommitWrite] = []

  package init() {}

  package init(_ writes: [CommitWrite]) {
    count = writes.count
    if count == 1 { only = writes[0] } else { several = writes }
  }

  package init(arrayLiteral writes: CommitWrite...) {
    self.init(writes)
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { count }

  package subscript(index: Int) -> CommitWrite {
    guard let only else { return several[index] }
    precondition(index == 0, "there is one write")
    return only
  }

  // By hand: the collection's own one would copy all for each look.
  package func forEach(_ body: (CommitWrite) throws -> Void) rethrows {
    if let only { try body(only) } else { for write in several { try body(write) } }
  }

  package mutating func append(_ write: CommitWrite) {
    count += 1
    if count == 1 { return only = write }
    if let first = only.take() { several.append(first) }
    several.append(write)
  }

  package static func + (left: CommitWrites, right: CommitWrites) -> CommitWrites {
    var all = left
    right.forEach { all.append($0) }
    return all
  }

  /// Whether one of them ends the request.
  package var endsRequest: Bool {
    var ends = false
    forEach { if case .end = $0 { ends = true } }
    return ends
  }
}

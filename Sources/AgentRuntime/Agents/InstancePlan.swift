import AgentPlugins

/// Which agents a library is to have: those that go on, those that come, and those that go.
///
/// An agent's slots are made once, so with another number of messages at once it is another agent.
struct InstancePlan: Equatable {
  /// An agent that is there.
  struct Served: Equatable {
    var role: String
    /// Messages at once, where that is said.
    var concurrency: Int?
  }

  struct Kept: Equatable {
    /// Its place among those that are there.
    var index: Int
    var descriptor: AgentDescriptor
  }

  private(set) var kept: [Kept] = []
  private(set) var added: [AgentDescriptor] = []
  /// By their places among those that are there: the newest of a role, where there are too many.
  private(set) var removed: [Int]

  /// `served`: the oldest first. `count`: how many agents a role is to have.
  init(_ descriptors: [AgentDescriptor], served: [Served], count: (_ role: String) -> Int) {
    removed = Array(served.indices)
    for descriptor in descriptors {
      let fitting = removed.filter {
        served[$0] == Served(role: descriptor.role, concurrency: descriptor.concurrency)
      }
      let count = count(descriptor.role)
      let going = fitting.prefix(count)
      kept += going.map { Kept(index: $0, descriptor: descriptor) }
      removed.removeAll { going.contains($0) }
      added += Array(repeating: descriptor, count: max(0, count - going.count))
    }
  }

  /// Whether all is as it should be.
  var isFulfilled: Bool { added.isEmpty && removed.isEmpty }
}

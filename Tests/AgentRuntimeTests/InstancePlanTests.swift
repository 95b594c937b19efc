import SeededGenerator
import Testing

@testable import AgentPlugins
@testable import AgentRuntime

@Suite("Which agents a library is to have")
struct InstancePlanTests {
  private static func descriptor(_ role: String, _ concurrency: Int? = nil) -> AgentDescriptor {
    AgentDescriptor(index: 0, role: role, name: role, version: "1", concurrency: concurrency)
  }

  @Test("what is not there is made, and what is there stays")
  func more() {
    let descriptor = Self.descriptor("a")
    let first = InstancePlan([descriptor], served: []) { _ in 2 }
    #expect(first.added == [descriptor, descriptor] && first.kept.isEmpty && first.removed.isEmpty)
    let second = InstancePlan([descriptor], served: [.init(role: "a"), .init(role: "a")]) { _ in 3 }
    #expect(second.kept.map(\.index) == [0, 1] && second.added == [descriptor] && second.removed.isEmpty)
    #expect(!second.isFulfilled)
  }

  @Test("the newest go where there are too many, and all of a role that is gone")
  func fewer() {
    let served = ["a", "b", "a", "a"].map { InstancePlan.Served(role: $0) }
    let plan = InstancePlan([Self.descriptor("a")], served: served) { _ in 1 }
    #expect(plan.kept.map(\.index) == [0] && plan.removed == [1, 2, 3] && plan.added.isEmpty)
  }

  @Test("with another number of messages at once it is another agent")
  func concurrency() {
    let descriptor = Self.descriptor("a", 3)
    let plan = InstancePlan([descriptor], served: [.init(role: "a", concurrency: 2)]) { _ in 1 }
    #expect(plan.kept.isEmpty && plan.added == [descriptor] && plan.removed == [0])
  }

  @Test(
    "whatever is there, each role has as many as it is to have, and nobody is forgotten", arguments: 0..<200)
  func property(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let names = ["a", "b", "c"]
    let served = (0..<Int.random(in: 0...8, using: &random)).map { _ in
      InstancePlan.Served(
        role: names.randomElement(using: &random) ?? "a", concurrency: Int.random(in: 1...2, using: &random))
    }
    let descriptors = names.prefix(Int.random(in: 1...3, using: &random))
      .map { Self.descriptor($0, Int.random(in: 1...2, using: &random)) }
    let counts = Dictionary(uniqueKeysWithValues: names.map { ($0, Int.random(in: 1...4, using: &random)) })
    let plan = InstancePlan(descriptors, served: served) { counts[$0] ?? 1 }
    #expect((plan.kept.map(\.index) + plan.removed).sorted() == Array(served.indices))
    for descriptor in descriptors {
      let kept = plan.kept.filter { $0.descriptor == descriptor }
      #expect(kept.count + plan.added.count { $0 == descriptor } == counts[descriptor.role])
      #expect(kept.allSatisfy { served[$0.index].role == descriptor.role })
    }
    let after =
      plan.kept.map { served[$0.index] }
      + plan.added.map { InstancePlan.Served(role: $0.role, concurrency: $0.concurrency) }
    #expect(InstancePlan(descriptors, served: after) { counts[$0] ?? 1 }.isFulfilled)
  }
}

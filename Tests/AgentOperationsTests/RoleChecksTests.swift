import Testing

@testable import AgentOperations
@testable import AgentStreams

@Suite struct RoleChecksTests {
  private static let ours = "box:1:1/00000000000000ff"

  private static func role(agents: Int = 1, _ change: (inout RoleStatus) -> Void) -> [String] {
    Examined.system { system in
      var role = Examined.role("other", agents: agents)
      change(&role)
      system.snapshot.roles.append(role)
    }
  }

  private static func consumer(_ name: String, pending: Int = 0, idle: Double) -> GroupStatus {
    GroupStatus(
      stream: "s", length: pending, consumers: [.init(name: name, pending: pending, idle: idle)])
  }

  @Test func `Messages that nobody serves`() {
    #expect(Self.role(agents: 0) { $0.waiting = 3 } == ["unserved-roles"])
    #expect(Self.role(agents: 0) { _ in }.isEmpty, "nothing waits")
    #expect(Self.role { $0.waiting = 3 }.isEmpty)
  }

  @Test func `A consumer of somebody else's serves, while it is heard of`() {
    func names(idle: Double) -> [String] {
      Examined.system { system in
        var role = Examined.role("theirs", agents: 0)
        role.waiting = 1
        system.snapshot.roles.append(role)
        system.roleGroups["theirs"] = [Self.consumer("python-1", idle: idle)]
      }
    }
    #expect(names(idle: 100).isEmpty)
    #expect(names(idle: 601) == ["unserved-roles"])
  }

  @Test func `Messages that wait for half of their lives`() {
    #expect(Self.role { $0.oldestWaiting = Examined.time - 301 } == ["late-messages"])
    #expect(Self.role { $0.oldestWaiting = Examined.time - 299 }.isEmpty)
    #expect(Self.role { $0.oldestWaiting = Examined.time + 1e9 }.isEmpty, "ids are their senders' to choose")
  }

  @Test func `Keys that hold something else, and what is too much`() {
    #expect(Self.role { $0.isBroken = true } == ["broken-keys"])
    #expect(Self.role { $0.deadLetters = 1001 } == ["dead-letters"])
    #expect(Self.role { $0.deadLetters = 1000 }.isEmpty)
    #expect(Self.role { $0.waiting = 100_001 } == ["long-streams"])
    #expect(Self.role { $0.firstDue = Examined.time - 61 } == ["overdue-messages"])
    #expect(Self.role { $0.firstDue = Examined.time - 59 }.isEmpty)
    #expect(Examined.system { $0.lastingResults = ["result:x": 1001] } == ["long-results"])
    #expect(Examined.system { $0.lastingResults = ["result:x": 1000] }.isEmpty)
    #expect(Examined.system { $0.isComplete = false } == ["search-incomplete"])
  }

  @Test func `A paused role is told of, and what waits for it is no other finding`() {
    let names = Examined.system { system in
      var role = Examined.role("other", agents: 0)
      (role.waiting, role.isPaused) = (5, true)
      system.snapshot.roles.append(role)
      system.snapshot.desired.pausedRoles = ["other"]
    }
    #expect(names == ["paused-roles"])
  }

  @Test func `What consumers hold that are gone`() {
    func names(_ name: String, pending: Int, idle: Double) -> [String] {
      Examined.system { $0.roleGroups["echo"] = [Self.consumer(name, pending: pending, idle: idle)] }
    }
    #expect(names(Self.ours, pending: 2, idle: 91) == ["orphan-entries"])
    #expect(names(Self.ours, pending: 2, idle: 89).isEmpty, "others are about to take over")
    #expect(names(Self.ours, pending: 0, idle: 91) == ["ghost-consumers"])
    #expect(names("box:1:1/\(Examined.incarnation)", pending: 2, idle: 1e6).isEmpty, "its worker lives")
    #expect(names("python-1", pending: 2, idle: 689).isEmpty)
    #expect(names("python-1", pending: 2, idle: 691) == ["orphan-entries"])
    #expect(names("python-1", pending: 0, idle: 1e6).isEmpty)
  }

  @Test func `Streams of agents that are gone`() {
    func names(_ agent: String, length: Int, consumer: String?, idle: Double = 0) -> [String] {
      Examined.system { system in
        let consumers = consumer.map { [GroupStatus.Consumer(name: $0, pending: 0, idle: idle)] }
        system.agentGroups[agent] = GroupStatus(
          stream: "stream:agent:\(agent)", length: length, consumers: consumers ?? [])
      }
    }
    #expect(names("gone:1:1", length: 1, consumer: nil) == ["orphan-streams"])
    #expect(names("gone:1:1", length: 0, consumer: nil).isEmpty)
    #expect(names("box:812:1", length: 1, consumer: nil).isEmpty, "a living worker has it")
    #expect(names("gone:1:1", length: 1, consumer: Self.ours, idle: 91) == ["orphan-streams"])
    #expect(names("gone:1:1", length: 1, consumer: Self.ours, idle: 89).isEmpty)
    #expect(names("python", length: 1, consumer: "python", idle: 599).isEmpty)
  }
}

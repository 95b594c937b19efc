import Testing

@testable import AgentOperations
@testable import AgentStreams

@Suite struct WorkerChecksTests {
  private static func workers(_ workers: [WorkerStatus]) -> [String] {
    Examined.system { $0.snapshot.workers = workers }
  }

  @Test func `Nothing is wrong with a worker that works`() {
    #expect(Self.workers([Examined.worker()]).isEmpty)
  }

  @Test func `Without a worker that is what is wrong`() {
    #expect(Examined.system { $0.snapshot = Examined.snapshot([], []) } == ["no-worker"])
  }

  @Test func `A missed sign of life`() {
    var worker = Examined.worker()
    worker.silence = 11
    #expect(Self.workers([worker]) == ["silent-workers"])
    worker.silence = 9
    #expect(Self.workers([worker]).isEmpty)
  }

  @Test func `A process that is gone, and a record that stays`() {
    var worker = Examined.worker(pid: 813)
    func names() -> [String] {
      Examined.names {
        $0.machine.processes[813] = ProcessReading(isThere: false)
        $0.system?.snapshot.workers = [worker]
      }
    }
    #expect(names().isEmpty, "its signs of life come from another container")
    worker.silence = 12
    #expect(names() == ["silent-workers", "ghost-workers"])
    worker.silence = nil
    #expect(names() == ["ghost-workers"])
    let elsewhere = Examined.worker(host: "other", pid: 813)
    #expect(Self.workers([elsewhere]).isEmpty)
  }

  @Test func `A record that stays is removed by its key, which the prefix is part of`() {
    var worker = Examined.worker()
    worker.silence = nil
    let found = Check.ghosts(
      Examined.snapshot([worker]), MachineReading(), Keys(prefix: "{p}:"))
    #expect(found.map(\.fix) == ["redis-cli DEL '{p}:agenthost:host:\(Examined.incarnation)'"])
  }

  @Test func `A place that has no worker`() {
    let main = Examined.worker(saying: ["places": "Echo Slow"])
    let echo = Examined.worker("00000000000000bb", place: "Echo", agents: [])
    #expect(Self.workers([main, echo]) == ["places-without-worker"])
    let slow = Examined.worker("00000000000000cc", place: "Slow", agents: [])
    #expect(Self.workers([main, echo, slow]).isEmpty)
    let elsewhere = Examined.worker("00000000000000cc", host: "other", place: "Slow", agents: [])
    #expect(Self.workers([main, echo, elsewhere]) == ["places-without-worker"])
  }

  @Test func `Deaths, versions, generations`() {
    #expect(
      Self.workers([Examined.worker(saying: ["deaths": "2", "last_death": "SIGILL"])]) == ["worker-deaths"])
    let other = Examined.worker("00000000000000bb", host: "other", saying: ["version": "0.2.0"])
    #expect(Self.workers([Examined.worker(), other]) == ["mixed-versions"])
    #expect(Self.workers([Examined.worker(saying: ["past_generations": "48"])]) == ["past-generations"])
    #expect(Self.workers([Examined.worker(saying: ["past_generations": "47"])]).isEmpty)
  }

  @Test func `Descriptors that run out`() {
    func names(_ open: Int, of limit: Int) -> [String] {
      Examined.names {
        $0.machine.processes[812]?.openDescriptors = open
        $0.machine.processes[812]?.descriptorLimit = limit
      }
    }
    #expect(names(922, of: 1024) == ["worker-descriptors"])
    #expect(names(900, of: 1024).isEmpty)
    #expect(names(0, of: 0).isEmpty, "another user's")
  }

  @Test func `The limit of a process is read from its lines`() {
    let text =
      "Limit      Soft Limit   Hard Limit  Units\nMax open files            1024      524288   files\n"
    #expect(ProcessReading.descriptorLimit(in: text) == 1024)
    #expect(ProcessReading.descriptorLimit(in: "Max open files unlimited unlimited files") == .max)
    #expect(ProcessReading.descriptorLimit(in: "") == 0)
  }

  @Test func `A worker with another number of agents than is wanted`() {
    #expect(Examined.system { $0.snapshot.desired.instances = ["echo": 2] } == ["agents-missing"])
    #expect(Examined.system { $0.snapshot.desired.instances = ["echo": 1, "nobody": 3] }.isEmpty)
  }

  @Test func `Libraries that are refused, that wait, and that lack what they ask for`() {
    func names(_ change: (inout LibraryStatus) -> Void) -> [String] {
      var library = LibraryStatus(file: "agents.d/libecho.so", outcome: .unchanged)
      change(&library)
      return Self.workers([Examined.worker(saying: ["libraries": LibraryStatus.text([library])])])
    }
    #expect(names { _ in }.isEmpty)
    #expect(
      names {
        $0.outcome = .refused
        $0.refusal = .init(step: "image", expected: "a", found: "b", advice: "c")
      } == ["refused-libraries"])
    #expect(names { $0.outcome = .waiting } == ["waiting-libraries"])
    #expect(names { $0.deniedServices = ["log"] } == ["denied-services"])
    #expect(names { $0.outcome = .disabled }.isEmpty)
  }

  @Test func `Code that is quarantined`() {
    let quarantine = Quarantine(file: "libx.so", reason: "it killed 10 workers", since: 0)
    #expect(
      Examined.system { $0.snapshot.desired.quarantined = ["abababababababab": quarantine] }
        == ["quarantined-code"])
  }
}

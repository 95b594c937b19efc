import Testing

@testable import AgentOperations
@testable import AgentStreams

@Suite struct WorkRatesTests {
  private static func look(
    _ time: Double, silence: Double = 1, runs: Int, errors: Int = 0, seconds: Double = 0,
    incarnation: String = Examined.incarnation, agent: String = "box:812:1"
  ) -> SystemSnapshot {
    var status = Examined.agent(agent)
    (status.runs, status.errors, status.runSeconds) = (runs, errors, seconds)
    var worker = Examined.worker(incarnation, agents: [status])
    worker.silence = silence
    var snapshot = Examined.snapshot([worker])
    snapshot.time = time
    return snapshot
  }

  private static func rate(_ rates: WorkRates, _ incarnation: String = Examined.incarnation) -> WorkRate? {
    rates.rate(of: "box:812:1", in: incarnation)
  }

  @Test func `One sign of life gives no rate, two do`() {
    var rates = WorkRates()
    rates.look(at: Self.look(100, runs: 10))
    #expect(!rates.areKnown && Self.rate(rates) == nil)
    rates.look(at: Self.look(105, runs: 110, errors: 5, seconds: 2))
    #expect(rates.areKnown && Self.rate(rates) == WorkRate(runs: 20, errors: 1, seconds: 0.4))
    #expect(Self.rate(rates)?.average == 0.02)
  }

  @Test func `A sign of life that is seen again changes nothing`() {
    var rates = WorkRates()
    rates.look(at: Self.look(100, silence: 0, runs: 10))
    rates.look(at: Self.look(105, silence: 0, runs: 60))
    rates.look(at: Self.look(106, silence: 1.02, runs: 60))
    rates.look(at: Self.look(107, silence: 1.98, runs: 60))
    #expect(Self.rate(rates)?.runs == 10)
    rates.look(at: Self.look(110, silence: 0, runs: 60))
    #expect(Self.rate(rates)?.runs == 0 && Self.rate(rates)?.average == nil)
  }

  @Test func `A worker that was replaced is another, and no rate is below nothing`() {
    var rates = WorkRates()
    rates.look(at: Self.look(100, runs: 1000))
    rates.look(at: Self.look(105, runs: 2000))
    rates.look(at: Self.look(110, runs: 5, incarnation: "00000000000000bb"))
    #expect(Self.rate(rates) == nil && Self.rate(rates, "00000000000000bb") == nil && !rates.areKnown)
    rates.look(at: Self.look(115, runs: 4, seconds: -1, incarnation: "00000000000000bb"))
    #expect(Self.rate(rates, "00000000000000bb") == WorkRate())
  }

  @Test func `An agent that came between has counted from nothing`() {
    var rates = WorkRates()
    rates.look(at: Self.look(100, runs: 10, agent: "box:812:2"))
    rates.look(at: Self.look(110, runs: 20))
    #expect(Self.rate(rates)?.runs == 2)
  }

  @Test func `Figures that are beyond all bounds end nothing`() {
    var rates = WorkRates()
    rates.look(at: Self.look(100, runs: .min))
    rates.look(at: Self.look(101, runs: .max))
    #expect((Self.rate(rates)?.runs ?? 0) > 1e18)
  }
}

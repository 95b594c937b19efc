import AgentStreams
import Testing

@Suite("What a worker has done for a role")
struct RoleTotalsTests {
  @Test("a worker's text says it all")
  func text() {
    var totals = RoleTotals(role: "a \"b\"")
    totals.runs = 7
    totals.errors = 6
    totals.timeouts = 5
    totals.retries = 4
    totals.deadLetters = 3
    totals.refused = 2
    totals.redeliveries = 1
    for duration in [0, 0.001, 0.0011, 0.5, 60, 61, 1e9] { totals.took(duration) }
    #expect(totals.durations.first == 2)
    #expect(totals.durations.last == 2)
    #expect(totals.durations.reduce(0, +) == 7)
    #expect(
      RoleTotals.all(reading: RoleTotals.text([totals, RoleTotals(role: "c")])) == [
        totals, RoleTotals(role: "c"),
      ])
  }

  @Test(
    "what others have written is read as far as it goes",
    arguments: [
      "", "{}", "[1]", "[{}]", "[{\"role\":1}]", "[[[[[[]]]]]]", "[{\"role\":\"a\",\"runs\":-1}]",
      "[{\"role\":\"a\",\"runs\":1e300,\"durations\":[1,2]}]", "[{\"role\":\"a\",\"durations\":\"x\"}]",
    ])
  func broken(text: String) {
    #expect(RoleTotals.all(reading: text).allSatisfy { $0 == RoleTotals(role: "a") })
  }
}

import Testing

@testable import AgentOperations
@testable import AgentRuntime

@Suite struct SettingsChecksTests {
  @Test func `The defaults contradict nothing`() {
    #expect(Check.contradictions(Settings()).isEmpty)
  }

  @Test(
    arguments: [
      (["AGENTHOST_LEASE": "8"], "AGENTHOST_LEASE is 8.0 s"),
      (
        ["AGENTHOST_FOREIGN_LEASE": "20", "AGENTHOST_TASK_TIMEOUT": "10"], "AGENTHOST_FOREIGN_LEASE is 20.0 s"
      ),
      (["AGENTHOST_FOREIGN_LEASE": "40"], "renew nothing"),
      (["AGENTHOST_MAX_TASK_TIMEOUT": "30"], "may ask for"),
      (["MAX_ENVELOPE_AGE": "0"], "MAX_ENVELOPE_AGE is 0"),
      (["MAX_TOTAL_PROCESSING_TIME": "0"], "MAX_TOTAL_PROCESSING_TIME is 0"),
      (["MAX_TOTAL_PROCESSING_TIME": "50"], "refused at the next"),
      (["AGENTHOST_REQUEST_TTL": "500"], "may end twice"),
    ] as [([String: String], String)])
  func `Settings that do not go together are found, each alone`(_ said: [String: String], _ words: String)
    throws
  {
    let found = Check.contradictions(try Settings(environment: said))
    #expect(found.count == 1 && found[0].found.contains(words), "\(found)")
  }

  @Test func `A lease that is shorter than a task's time is none: it is renewed`() throws {
    #expect(
      Check.contradictions(
        try Settings(environment: ["AGENTHOST_LEASE": "11", "AGENTHOST_TASK_TIMEOUT": "300"])
      )
      .isEmpty)
  }

  @Test func `All settings that can't be used are told, and the others count`() {
    let (settings, problems) = Settings.examine([
      "AGENTHOST_LEASE": "soon", "AGENTHOST_CONCURRENCY": "0", "AGENTHOST_MAX_DELIVERIES": "7",
      "AGENTHOST_PLUGIN_TRUST": "signature",
    ])
    #expect(
      Set(problems.map(\.name)) == ["AGENTHOST_LEASE", "AGENTHOST_CONCURRENCY", "AGENTHOST_PLUGIN_TRUST"])
    #expect(settings.maxDeliveries == 7 && settings.lease == Settings().lease)
  }

  @Test func `A refused setting and a low limit of files are findings`() {
    #expect(Examined.names { $0.settingProblems = ["setting X: no"] } == ["settings-refused"])
    #expect(Examined.names { $0.machine.descriptors = 147 } == ["file-limit"])
    #expect(Examined.names { $0.machine.descriptors = 148 }.isEmpty, "20 connections and 128")
    #expect(
      Examined.names {
        $0.machine.descriptors = 163
        $0.machine.libraries = [LibraryReading(file: "liba.so")]
      } == ["file-limit"])
  }
}

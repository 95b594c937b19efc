import RedisTestServer
import Testing

@testable import RedisClient

@Suite struct ServerFactsTests {
  @Test func `INFO is read by its lines`() {
    let fields = ServerFacts.fields(
      in: "# Server\r\nredis_version:7.0.15\r\n\r\nodd line\r\nos:Linux: x\r\nempty:\r\n")
    #expect(fields == ["redis_version": "7.0.15", "os": "Linux: x", "empty": ""])
    let facts = ServerFacts(information: ["a": "12", "b": "no"], configuration: ["c": "3"])
    #expect(facts.count("a") == 12 && facts.count("b") == 0 && facts.count("none") == 0)
    #expect(facts.configuredCount("c") == 3)
  }

  @Test func `A server says how it stands and how it is set up`() async throws {
    let server = try await RedisTestServer()
    let client = await RedisClient(settings: try server.settings(), logger: silentLogger)
    #expect(try await ServerFacts.information(of: client)["role"] == "master")
    let configuration = try await ServerFacts.configuration(of: client)
    #expect(configuration["appendonly"] == "no" && configuration["maxclients"]?.isEmpty == false)
    await client.close()
  }
}

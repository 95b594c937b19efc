import AgentRuntime
import AgentStreams
import RedisClient
import Testing

@testable import AgentOperations

@Suite struct ServerChecksTests {
  private static func server(
    _ information: [String: String] = [:], _ configuration: [String: String] = [:]
  ) -> [String] {
    Examined.names { examination in
      examination.server?.facts.information.merge(information) { $1 }
      examination.server?.facts.configuration.merge(configuration) { $1 }
    }
  }

  @Test func `Nothing is wrong with a sound server`() {
    #expect(Self.server().isEmpty)
    #expect(Self.server(["redis_version": "6.2.0", "maxmemory": "10000", "used_memory": "8999"]).isEmpty)
  }

  @Test(
    arguments: [
      ("redis-version", ["redis_version": "6.0.16"], [:]), ("redis-version", ["redis_version": "5.9"], [:]),
      ("redis-replica", ["role": "slave"], [:]),
      ("redis-may-lose", [:], ["maxmemory": "100", "maxmemory-policy": "allkeys-lru"]),
      ("redis-may-lose", [:], ["appendonly": "no"]),
      ("redis-writes", ["rdb_last_bgsave_status": "err"], ["save": "3600 1"]),
      ("redis-writes", ["aof_last_write_status": "err"], [:]),
      ("redis-memory", ["maxmemory": "10000", "used_memory": "9000"], [:]),
      ("redis-clients", ["connected_clients": "90"], ["maxclients": "100"]),
      ("redis-idle-timeout", [:], ["timeout": "30"]), ("redis-cluster", ["cluster_enabled": "1"], [:]),
    ] as [(String, [String: String], [String: String])])
  func `One thing that is wrong is one finding`(
    _ name: String, _ information: [String: String], _ configuration: [String: String]
  ) {
    #expect(Self.server(information, configuration) == [name])
  }

  @Test func `A timeout that questions keep away, and a cluster behind a hash tag, are none`() {
    #expect(Self.server([:], ["timeout": "31"]).isEmpty)
    let behindTag = Examined.names {
      $0.server?.facts.information["cluster_enabled"] = "1"
      $0.settings.keyPrefix = "{host}:"
    }
    #expect(behindTag.isEmpty)
  }

  @Test func `A version is compared by its numbers`() {
    #expect(Check.isOld("6.1.99") && Check.isOld("2.8.0"))
    #expect(!Check.isOld("6.10.0") && !Check.isOld("10.0.0") && !Check.isOld("255.255.255"))
    #expect(!Check.isOld("") && !Check.isOld("unstable"), "what is not known is not old")
  }

  @Test func `A clock is found wrong by what is certain of it`() {
    func names(_ skew: ClockSkew) -> [String] { Examined.names { $0.server?.skew = skew } }
    #expect(names(ClockSkew(seconds: -1.5, error: 0.2)) == ["clock-skew"])
    #expect(names(ClockSkew(seconds: 1.5, error: 0.6)).isEmpty)
    let slow = ClockSkew(server: 100, before: 101, after: 105)
    #expect(slow.seconds == 3 && slow.error == 2 && slow.certain == 1)
    #expect(ClockSkew(server: 100, before: 99, after: 102).certain == 0)
  }

  @Test func `Without a server the other checks are made, and it is said how many are not`() {
    let examination = Examined.sound {
      $0.server = nil
      $0.system = nil
      $0.failure = ServerFailure(why: "Redis at x can't be reached: no", isUnreachable: true)
      $0.machine.descriptors = 1
    }
    let checkup = Checkup(examination)
    #expect(checkup.findings.map(\.name) == ["file-limit", "redis-unreachable"])
    #expect(checkup.made == Check.all.count { !$0.needsServer } && checkup.left > 20)
    #expect(checkup.text(columns: 80).contains("more need a server that can be read"))
  }

  @Test func `What is known of a server that could not be read is told all the same`() {
    let names = Examined.names {
      $0.system = nil
      $0.failure = ServerFailure(why: "Redis answered with an error: NOPERM", isUnreachable: false)
      $0.server?.facts.information["role"] = "slave"
    }
    #expect(names == ["redis-unreachable", "redis-replica"])
  }
}

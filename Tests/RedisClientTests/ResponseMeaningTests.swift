import RedisTestServer
import Testing

@testable import RedisClient

@Suite struct ResponseMeaningTests {
  @Test(arguments: [
    ("LOADING Redis is loading the dataset in memory", ResponseMeaning.passing),
    ("MASTERDOWN Link with MASTER is down", .passing), ("READONLY You can't write", .replica),
    ("CLUSTERDOWN The cluster is down", .passing), ("TRYAGAIN Multiple keys", .passing),
    ("BUSY Redis is busy", .passing), ("MISCONF Redis is configured", .passing), ("OOM command", .passing),
    ("NOREPLICAS Not enough good replicas", .passing), ("NOAUTH Authentication required.", .unauthenticated),
    ("WRONGPASS invalid username-password pair", .unauthenticated), ("NOPERM this user", .forbidden),
    ("NOGROUP No such key", .groupMissing), ("BUSYGROUP Consumer Group name already exists", .groupExists),
    ("NOSCRIPT No matching script.", .scriptMissing),
    ("UNBLOCKED the stream key no longer exists", .unblocked),
    ("WRONGTYPE Operation", .wrongType), ("MOVED 3999 127.0.0.1:6381", .elsewhere),
    ("ASK 3999 127.0.0.1:6381", .elsewhere), ("CROSSSLOT Keys", .elsewhere), ("EXECABORT", .final),
    ("NOPROTO unsupported", .final), ("ERR unknown command", .final), ("", .final),
    ("BUSYKEY Target", .final),
    ("@user_script: 12: -READONLY You can't write", .replica),
    ("ERR Error running script (call to f_77c6): @user_script:1: NOGROUP No such key", .groupMissing),
    ("ERR Error running script (call to f_80e5): @user_script:1: @user_script: 1: -OOM command", .passing),
    ("WRONGTYPE Operation script: 77c6, on @user_script:1.", .wrongType),
    ("loading", .final), ("-OOM command", .passing), ("--NOGROUP x", .groupMissing),
  ])
  func `The first word says what an answer means`(text: String, meaning: ResponseMeaning) {
    #expect(ResponseMeaning(of: text) == meaning)
    #expect(RedisError.response(text).meaning == meaning)
    #expect(meaning.isPassing == [.passing, .replica, .unauthenticated].contains(meaning))
  }

  @Test func `Only an answer of the server has a meaning`() {
    #expect(RedisError.connectionLost(why: "LOADING x").meaning == nil)
    #expect(RedisError.unreachable(address: "LOADING", why: "LOADING x").meaning == nil)
  }

  @Test func `An error within a script is told from one before it`() async throws {
    let server = try await RedisTestServer()
    let connection = try await server.connect()
    func text(_ command: RedisCommand) async -> String {
      guard case .response(let text) = await redisError({ _ = try await connection.send(command) }) else {
        return ""
      }
      return text
    }
    let within = await text(RedisCommand("EVAL", "return redis.call('LPUSH', KEYS[1])", "1", "k"))
    #expect(ResponseMeaning.comesFromScript(within), "\(within)")
    #expect(!ResponseMeaning.comesFromScript(await text(RedisCommand("EVALSHA", "0", "0"))))
    #expect(!ResponseMeaning.comesFromScript(await text(RedisCommand("LPUSH", "k"))))
    await connection.close()
  }
}

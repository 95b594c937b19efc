import RedisTestServer

extension RedisTestServer {
  /// Waits until redis-cli itself is the only client: a server sees a closed connection a moment later.
  func waitUntilNobodyIsConnected() async throws {
    try await Self.wait(until: "nobody is connected to Redis but redis-cli itself") {
      try cli("CLIENT", "LIST").split(separator: "\n").count == 1
    }
  }
}

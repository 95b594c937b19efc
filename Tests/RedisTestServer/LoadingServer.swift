extension RedisTestServer {
  /// A server with a thousand keys that has been started again and loads them, a tenth of a second for each.
  package static func loading() async throws -> RedisTestServer {
    // It looks up from loading after so many bytes; a key is larger.
    let server = try await RedisTestServer(
      arguments: ["--loading-process-events-interval-bytes", "1024", "--rdbcompression", "no"])
    try server.cli("EVAL", "for i = 1, 1000 do redis.call('SET', i, string.rep('x', 2000)) end", "0")
    try server.cli("SAVE")
    server.stop()
    try await server.restart(arguments: ["--key-load-delay", "100000"], waits: false)
    return server
  }

  /// Loads the rest at once.
  package func finishLoading() throws {
    try cli("CONFIG", "SET", "key-load-delay", "0")
  }
}

extension RedisTestServer {
  /// A server with a thousand keys in its append-only file, which `restartLoading` makes it load slowly.
  package static func slowToLoad() async throws -> RedisTestServer {
    let server = try await RedisTestServer(arguments: [
      "--appendonly", "yes", "--appendfsync", "always",
      // It looks up from loading after so many bytes; a key is larger.
      "--loading-process-events-interval-bytes", "1024", "--rdbcompression", "no",
    ])
    try server.cli("EVAL", "for i = 1, 1000 do redis.call('SET', i, string.rep('x', 2000)) end", "0")
    // From keys it looks up, from commands hardly ever.
    try server.cli("BGREWRITEAOF")
    try await wait(until: "the append-only file holds keys") {
      let persistence = try server.cli("INFO", "persistence")
      return persistence.contains("aof_rewrite_in_progress:0")
        && persistence.contains("aof_rewrite_scheduled:0")
    }
    return server
  }

  /// The same, at its loading.
  package static func loading() async throws -> RedisTestServer {
    let server = try await slowToLoad()
    try await server.restartLoading()
    return server
  }

  /// Kills it and starts it again. It loads until `finishLoading`: a tenth of a second for each key.
  package func restartLoading() async throws {
    stop()
    try await restart(arguments: ["--key-load-delay", "100000"], waits: false)
    try await Self.wait(until: "redis-server says that it is loading") {
      // Not there yet: asked again.
      (try? cli("PING"))?.hasPrefix("LOADING") == true
    }
  }

  /// Loads the rest at once.
  package func finishLoading() throws {
    try cli("CONFIG", "SET", "key-load-delay", "0")
  }
}

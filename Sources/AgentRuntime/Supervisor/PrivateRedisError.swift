import AgentStreams

/// Why there is no private server.
package enum PrivateRedisError: Error, Equatable, CustomStringConvertible {
  case socketPathTooLong(path: String)
  case serverNotFound(searched: String)
  case folder(SystemCallError)
  case lock(SystemCallError)
  /// Another run holds the folder, and its server does not answer.
  case ownerSilent(lockPath: String)
  /// A server without its supervisor still works on the files.
  case serverStaysBehind(lockPath: String)

  package var description: String {
    switch self {
    case .socketPathTooLong(let path):
      "the private Redis' socket path has \(path.utf8.count) bytes, and at most "
        + "\(RedisDiscovery.maximumSocketPathBytes) are possible: \(path); "
        + "set AGENTHOST_DATA_DIR to a shorter path"
    case .serverNotFound(let searched):
      "no Redis is configured or running, and redis-server was not found in PATH (\(searched)): "
        + "install it (apt-get install redis-server), or set REDIS_URL to a server that runs"
    case .folder(let error): "the data folder cannot be used: \(error); set AGENTHOST_DATA_DIR to another one"
    case .lock(let error):
      "the data folder cannot be locked: \(error); set AGENTHOST_DATA_DIR to a local folder"
    case .ownerSilent(let lockPath):
      "another run holds \(lockPath), and its private Redis has not answered for "
        + "\(SupervisionLimits.redisAnswer): look at that run, or end it"
    case .serverStaysBehind(let lockPath):
      "an earlier private Redis still holds \(lockPath), and has not ended "
        + "for \(PrivateRedis.serverEndLimit): end that redis-server, then start again"
    }
  }
}

import AgentStreams
package import Glibc

/// The server that `run` starts for itself where no Redis was configured or found.
package struct PrivateRedisConfiguration: Equatable, Sendable {
  /// An absolute path; made, open to its owner alone, where it does not exist.
  package let dataDirectory: String
  /// The command before redis-server's own: it must become its arguments by exec, as the trampoline does.
  package let launcher: [String]
  package let environment: [String: String]

  package init(dataDirectory: String, launcher: [String], environment: [String: String]) {
    self.dataDirectory = dataDirectory
    self.launcher = launcher
    self.environment = environment
  }

  /// The verb of this same program that ties the server's life to ours.
  package static func trampoline(executable: String = "/proc/self/exe", parent: pid_t = getpid()) -> [String]
  {
    [executable, "trampoline", "--parent", String(parent), "--"]
  }

  package var socketPath: String { RedisDiscovery.socketPath(dataDirectory: dataDirectory) }
  package var logPath: String { dataDirectory + "/redis.log" }
  /// Held by the supervisor whose server it is.
  package var lockPath: String { dataDirectory + "/redis.lock" }
  /// Held by that supervisor and by the server: free only when no server works on these files any more.
  package var serverLockPath: String { dataDirectory + "/redis.server.lock" }

  package var serverArguments: [String] {
    [
      "--port", "0", "--unixsocket", socketPath, "--unixsocketperm", "700", "--dir", dataDirectory,
      "--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--daemonize", "no",
      "--maxmemory-policy", "noeviction", "--logfile", logPath, "--loglevel", "notice",
    ]
  }
}

import AgentStreams
import Glibc

/// Whose the private server of a data folder is.
package enum PrivateRedisClaim {
  /// Ours to start, restart and end.
  case owned(PrivateRedis)
  /// Another run's, which answers. It ends with that run.
  case joined(socketPath: String)
}

/// The private server of a data folder that this process has locked.
package final class PrivateRedis {
  /// What a server whose supervisor was killed gets to end.
  package static let serverEndLimit = Duration.seconds(10)

  package let configuration: PrivateRedisConfiguration
  private let serverExecutable: String
  private let ownerLock: OwnedDescriptor
  private let serverLock: OwnedDescriptor

  private init(
    _ configuration: PrivateRedisConfiguration, serverExecutable: String, ownerLock: OwnedDescriptor
  ) throws(PrivateRedisError) {
    self.configuration = configuration
    self.serverExecutable = serverExecutable
    self.ownerLock = ownerLock
    serverLock = try Self.takeServerLock(path: configuration.serverLockPath)
  }

  /// Prepares the folder and locks it, or finds the server of the run that has it. Waits, within limits, for
  /// a server that is just starting or just ending.
  package static func claim(
    _ configuration: PrivateRedisConfiguration
  ) throws(PrivateRedisError) -> PrivateRedisClaim {
    guard RedisDiscovery.unixAddress(path: configuration.socketPath) != nil else {
      throw .socketPathTooLong(path: configuration.socketPath)
    }
    let path = configuration.environment["PATH"] ?? ""
    guard let server = findExecutable("redis-server", path: path) else {
      throw .serverNotFound(searched: path)
    }
    do throws(SystemCallError) { try makePrivateDirectory(configuration.dataDirectory) } catch {
      throw .folder(error)
    }
    let deadline = MonotonicClock.now() + SupervisionLimits.redisAnswer
    repeat {
      if let lock = try takeLock(path: configuration.lockPath) {
        return .owned(try PrivateRedis(configuration, serverExecutable: server, ownerLock: lock))
      }
      if RedisPing.isAnswered(socketPath: configuration.socketPath) {
        return .joined(socketPath: configuration.socketPath)
      }
      pause()
    } while MonotonicClock.now() < deadline
    throw .ownerSilent(lockPath: configuration.lockPath)
  }

  /// Starts the server; it serves once `answers` says so.
  package func start() throws(SystemCallError) -> ChildProcess {
    let command = configuration.launcher + [serverExecutable] + configuration.serverArguments
    return try ChildProcess.spawn(
      .init(
        executable: command[0], arguments: Array(command.dropFirst()),
        environment: configuration.environment, passing: [serverLock]))
  }

  package func answers() -> Bool { RedisPing.isAnswered(socketPath: configuration.socketPath) }

  package func lastLogLines() -> String { lastLines(ofFile: configuration.logPath) }

  private static func takeServerLock(path: String) throws(PrivateRedisError) -> OwnedDescriptor {
    let deadline = MonotonicClock.now() + serverEndLimit
    repeat {
      if let lock = try takeLock(path: path) { return lock }
      pause()
    } while MonotonicClock.now() < deadline
    throw .serverStaysBehind(lockPath: path)
  }

  private static func takeLock(path: String) throws(PrivateRedisError) -> OwnedDescriptor? {
    do throws(SystemCallError) { return try FileLock.take(path: path) } catch { throw .lock(error) }
  }

  private static func pause() {
    poll(nil, 0, Int32(SupervisionLimits.redisProbeInterval / .milliseconds(1)))
  }
}

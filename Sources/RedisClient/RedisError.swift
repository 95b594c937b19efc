/// What can go wrong between this process and a Redis server.
package enum RedisError: Error, Equatable, CustomStringConvertible {
  /// No connection could be made.
  case unreachable(address: String, why: String)
  /// The command was not sent, and will not be.
  case notSent(why: String)
  /// The connection ended; a command that was under way may or may not have taken effect.
  case connectionLost(why: String)
  /// No answer within the time allowed; the connection is closed, since what comes later can't be matched.
  case timedOut(seconds: Double)
  /// The server sent what is not its protocol, or more than it may.
  case protocolViolation(String)
  /// The server's answer is an error.
  case response(String)
  /// The answer is of another kind than the command gives.
  case unexpectedReply(command: String)
  /// `REDIS_URL` can't be used.
  case invalidAddress(String)

  package var description: String {
    switch self {
    case .unreachable(let address, let why): "Redis at \(address) can't be reached: \(why)"
    case .notSent(let why): "the command was not sent to Redis: \(why)"
    case .connectionLost(let why): "the connection to Redis was lost: \(why)"
    case .timedOut(let seconds): "Redis did not answer within \(seconds) s"
    case .protocolViolation(let what): "Redis broke its protocol: \(what)"
    case .response(let text): "Redis answered with an error: \(text)"
    case .unexpectedReply(let command): "Redis answered \(command) with another kind of value"
    case .invalidAddress(let why): "the address of Redis can't be used: \(why)"
    }
  }
}

import RedisTestServer

@testable import RedisClient

extension TLSServer {
  /// How to connect, trusting the server's authority where `tls` says nothing else.
  func settings(host: String = "localhost", credentials: String = "", tls: RedisTLS? = nil) throws
    -> RedisConnectionSettings
  {
    var settings = RedisConnectionSettings(
      address: try RedisAddress(url: "rediss://\(credentials)\(host):\(port)"), name: "tls")
    settings.tls = tls ?? RedisTLS(authorities: authority.path)
    return settings
  }

  /// Why no connection can be made with `settings`; nil where one can.
  static func failure(_ settings: RedisConnectionSettings) async -> String? {
    do throws(RedisError) {
      try await RedisConnection.open(settings).close()
      return nil
    } catch {
      guard case .unreachable(let address, let why) = error else { return "another kind of error: \(error)" }
      return address == settings.address.description ? why : "another address: \(address)"
    }
  }
}

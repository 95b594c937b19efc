import RedisTestServer

/// A certificate of a server that a host must refuse.
enum BadCertificate: CaseIterable {
  case ofAnotherName
  case ofAnotherAuthority
  case expired

  func issue(for server: TLSServer) throws -> TestAuthority.Files {
    switch self {
    case .ofAnotherName: try server.authority.issue(for: "redis.example")
    case .ofAnotherAuthority: try server.strangeAuthority().issue(for: "localhost")
    case .expired: try server.authority.issue(for: "localhost", validFrom: -7200, until: -3600)
    }
  }

  /// What the host's log says of it.
  var inTheLog: String {
    switch self {
    case .ofAnotherName: "the server's certificate is not for localhost; name one that it is for by"
    case .ofAnotherAuthority: "the server's certificate is signed by nobody who is trusted here; name its"
    case .expired: "the server's certificate was valid until"
    }
  }
}

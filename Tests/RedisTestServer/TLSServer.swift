import Foundation
import Glibc

/// A redis-server with TLS on a port of this machine, and the authority that its clients should trust.
package final class TLSServer: Sendable {
  struct NoPort: Error {}

  private let folder: URL
  package let authority: TestAuthority
  package let server: RedisTestServer
  package let port: Int
  /// What the server has been started with.
  package let certificate: TestAuthority.Files

  /// `certificate` makes the server's; without, it has one for localhost, signed by `authority`.
  package init(
    asksForCertificate: Bool = false,
    certificate: (TestAuthority) throws -> TestAuthority.Files = {
      try $0.issue(for: "localhost", addresses: [[127, 0, 0, 1]])
    }
  ) async throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "agenthost-test-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    authority = try TestAuthority("authority", in: folder)
    port = try Self.freePort()
    self.certificate = try certificate(authority)
    server = try await RedisTestServer(arguments: [
      "--tls-port", String(port), "--bind", "127.0.0.1", "--tls-cert-file", self.certificate.certificate,
      "--tls-key-file", self.certificate.key, "--tls-ca-cert-file", authority.path, "--tls-auth-clients",
      asksForCertificate ? "yes" : "no",
    ])
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)  // a folder that stays behind harms no test
  }

  /// An authority that the server does not know.
  package func strangeAuthority() throws -> TestAuthority { try TestAuthority("strange", in: folder) }

  /// Shows another certificate to whoever connects from now on.
  package func show(_ files: TestAuthority.Files) throws {
    // Both at once: each alone would not belong to the other.
    let answer = try server.cli(
      "CONFIG", "SET", "tls-cert-file", files.certificate, "tls-key-file", files.key)
    guard answer == "OK" else {
      throw RedisTestServer.Failure(description: "the certificate was not exchanged: \(answer)")
    }
  }

  /// A port of this machine that nobody listens on.
  package static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    defer { Glibc.close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    // SAFETY: the pointer is to a live sockaddr_in and is used only within the closure.
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard bound else { throw NoPort() }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}

import NIOCore
import NIOPosix
import NIOSSL

/// What encrypted connections are made with: files in PEM, and the name that the server must prove to have.
///
/// The files are read again from time to time, so that certificates which were renewed are picked up.
@IOActor
package final class RedisTLS {
  /// How long what was read is used for new connections.
  private static let lifetime = TimeAmount.seconds(60)

  /// `AGENTHOST_TLS_CA`: who may have signed the server's certificate; nil: whom the system trusts.
  package nonisolated let authorities: String?
  /// `AGENTHOST_TLS_CERTIFICATE` and `AGENTHOST_TLS_KEY`: who we are, for a server that asks.
  package nonisolated let certificate: String?
  package nonisolated let key: String?
  /// `AGENTHOST_TLS_SERVER_NAME`: instead of the host's name in the address.
  package nonisolated let serverName: String?

  private var read: (context: NIOSSLContext, until: NIODeadline)?

  package nonisolated init(
    authorities: String? = nil, certificate: String? = nil, key: String? = nil, serverName: String? = nil
  ) {
    self.authorities = authorities
    self.certificate = certificate
    self.key = key
    self.serverName = serverName
  }

  /// Encrypts `channel`, which has just been connected to `host`; the handshake then tells how it went.
  func encrypt(
    _ channel: any Channel, host: String, context: NIOSSLContext
  ) throws(TLSFailure) -> TLSHandshake {
    let name = serverName ?? host
    let handshake = TLSHandshake(on: channel.eventLoop, expecting: name)
    do {
      // An address is no name: it is not sent, and held against the addresses in the certificate.
      let isAddress = (try? SocketAddress(ipAddress: name, port: 0)) != nil
      let encryption = try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : name)
      try channel.pipeline.syncOperations.addHandlers(encryption, handshake)
      return handshake
    } catch {
      throw TLSFailure(error, expecting: name, channel: channel)
    }
  }

  /// What the files hold.
  func context() async throws(TLSFailure) -> NIOSSLContext {
    if let read, .now() < read.until { return read.context }
    do {
      // Reads files, and may read a long list of authorities: not on the event loop.
      let context = try await NIOThreadPool.singleton.runIfActive { try self.readFiles() }
      read = (context, .now() + Self.lifetime)
      return context
    } catch {
      throw error as? TLSFailure ?? TLSFailure("TLS can't be set up: \(error)")
    }
  }

  private nonisolated func readFiles() throws -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    if let authorities {
      configuration.trustRoots = .certificates(
        try Self.certificates(authorities, setting: "AGENTHOST_TLS_CA"))
    }
    switch (certificate, key) {
    case (nil, nil): break
    case (let certificate?, let key?):
      configuration.certificateChain = try Self.certificates(
        certificate, setting: "AGENTHOST_TLS_CERTIFICATE"
      ).map { .certificate($0) }
      configuration.privateKey = .privateKey(try Self.privateKey(key))
    case (.some, nil), (nil, .some):
      throw TLSFailure(
        "of AGENTHOST_TLS_CERTIFICATE and AGENTHOST_TLS_KEY only one is set; set both or none")
    }
    do {
      return try NIOSSLContext(configuration: configuration)
    } catch {
      throw TLSFailure(
        "AGENTHOST_TLS_KEY is not the key of AGENTHOST_TLS_CERTIFICATE, or not usable: \(error)")
    }
  }

  private nonisolated static func certificates(_ path: String, setting: String) throws -> [NIOSSLCertificate]
  {
    do {
      let certificates = try NIOSSLCertificate.fromPEMFile(path)
      if !certificates.isEmpty { return certificates }
    } catch {
      throw TLSFailure("\(setting): no certificates in PEM can be read from \(path) (\(error))")
    }
    throw TLSFailure("\(setting): there is no certificate in PEM in \(path)")
  }

  private nonisolated static func privateKey(_ path: String) throws -> NIOSSLPrivateKey {
    do {
      return try NIOSSLPrivateKey(file: path, format: .pem)
    } catch {
      // The error is not shown: it is about a secret.
      throw TLSFailure("AGENTHOST_TLS_KEY: no key in PEM, without a password, can be read from \(path)")
    }
  }
}

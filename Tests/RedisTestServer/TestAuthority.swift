import Crypto
package import Foundation
import SwiftASN1
import X509

/// An authority of a test's own, and certificates that it has signed, as files in PEM.
package struct TestAuthority: Sendable {
  package struct Files: Sendable {
    package let certificate: String
    package let key: String
  }

  private let key = P256.Signing.PrivateKey()
  private let name: DistinguishedName
  private let folder: URL
  /// The authority's own certificate.
  package let path: String

  package init(_ name: String, in folder: URL) throws {
    self.folder = folder
    self.name = try DistinguishedName { CommonName(name) }
    path = folder.appending(path: "\(name).pem").path
    let certificate = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey),
      notValidBefore: Date(timeIntervalSinceNow: -3600), notValidAfter: Date(timeIntervalSinceNow: 86_400),
      issuer: self.name, subject: self.name, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
        KeyUsage(keyCertSign: true)
      },
      issuerPrivateKey: .init(key))
    try certificate.serializeAsPEM().pemString.write(toFile: path, atomically: true, encoding: .utf8)
  }

  /// Signs a certificate for `host`, and for `addresses`, one of which is enough whatever the name; valid from and until so many seconds from now.
  package func issue(
    for host: String, addresses: [[UInt8]] = [], validFrom: TimeInterval = -3600,
    until: TimeInterval = 86_400
  ) throws -> Files {
    let own = P256.Signing.PrivateKey()
    let certificate = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: .init(own.publicKey),
      notValidBefore: Date(timeIntervalSinceNow: validFrom), notValidAfter: Date(timeIntervalSinceNow: until),
      issuer: name, subject: try DistinguishedName { CommonName("somebody") },
      signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        SubjectAlternativeNames(
          [.dnsName(host)] + addresses.map { .ipAddress(ASN1OctetString(contentBytes: $0[...])) })
      },
      issuerPrivateKey: .init(key))
    let file = folder.appending(path: "\(UUID()).pem").path
    try certificate.serializeAsPEM().pemString.write(toFile: file, atomically: true, encoding: .utf8)
    try own.pemRepresentation.write(toFile: file + ".key", atomically: true, encoding: .utf8)
    return Files(certificate: file, key: file + ".key")
  }
}

import Crypto

/// An Ed25519 key by which libraries are signed. Keys and signatures are written as hexadecimal digits, one line.
package struct SigningKey: Sendable {
  /// A larger file holds neither key nor signature.
  package static let maximumBytes = 4096

  private let key: Curve25519.Signing.PrivateKey

  /// A new one.
  package init() {
    key = Curve25519.Signing.PrivateKey()
  }

  /// Nil where the content of a file is no such key.
  package init?(file: [UInt8]) {
    guard let bytes = Self.bytes(inFile: file, count: 32),
      let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes)  // refused: no key
    else { return nil }
    self.key = key
  }

  /// For a file that nobody else may read.
  package var privateFile: String { Hexadecimal.text(key.rawRepresentation) + "\n" }

  /// For a file in the folder with trusted keys.
  package var publicFile: String { Hexadecimal.text(key.publicKey.rawRepresentation) + "\n" }

  /// For the file beside the library that consists of `bytes`.
  package func signatureFile(of bytes: [UInt8]) throws -> String {
    Hexadecimal.text(try key.signature(for: bytes)) + "\n"
  }

  static func publicKey(file: [UInt8]) -> Curve25519.Signing.PublicKey? {
    bytes(inFile: file, count: 32)
      .flatMap { try? Curve25519.Signing.PublicKey(rawRepresentation: $0) }  // refused: no key
  }

  /// What one line of digits says, if that is all there is.
  static func bytes(inFile file: [UInt8], count: Int) -> [UInt8]? {
    let lines = String(decoding: file, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    guard lines.count == 1, let bytes = Hexadecimal.bytes(lines[0]), bytes.count == count else { return nil }
    return bytes
  }
}

import Crypto
import SystemPackage

/// Public keys whose signatures let libraries in.
package struct TrustedKeys: Sendable {
  private let keys: [Curve25519.Signing.PublicKey]
  /// Where they are from, for people.
  private let folder: String

  /// Reads all files `*.pub` of `folder`; each holds one key.
  package init(folder: String) throws(LibraryError) {
    self.folder = folder
    keys = try Self.files(in: folder).map { file throws(LibraryError) in try Self.key(in: file) }
    guard !keys.isEmpty else {
      throw Self.refusal(
        folder, expected: "public keys in files *.pub", found: "none",
        advice: "make a pair by `agenthost plugin keygen`, and put its .pub file there")
    }
  }

  /// Refuses bytes that none of the keys has signed. The signature stands beside the library `path`, in `path.sig`,
  /// whose content is returned.
  func check(_ bytes: [UInt8], of path: String) throws(LibraryError) -> [UInt8] {
    let file = path + ".sig"
    let signature: [UInt8]
    do throws(AgentImageError) {
      signature = try RegularFile.read(resolvedPath(file) ?? file, maximumBytes: SigningKey.maximumBytes)
    } catch {
      throw Self.refusal(
        path, expected: "a signature in \(file)", found: error.found,
        advice: "sign it by `agenthost plugin sign --key KEY \(path)`")
    }
    guard let decoded = SigningKey.bytes(inFile: signature, count: 64) else {
      throw Self.refusal(
        path, expected: "an Ed25519 signature in \(file), as 128 hexadecimal digits", found: "something else",
        advice: "sign it by `agenthost plugin sign --key KEY \(path)`")
    }
    guard keys.contains(where: { $0.isValidSignature(decoded, for: bytes) }) else {
      throw Self.refusal(
        path, expected: "a signature of these bytes by one of the \(keys.count) keys in \(folder)",
        found: "a signature by another key, or of other bytes",
        advice: "sign it again, or put the signer's public key into \(folder)")
    }
    return signature
  }

  private static func files(in folder: String) throws(LibraryError) -> [String] {
    do throws(Errno) {
      return try entries(ofFolder: folder).filter { $0.hasSuffix(".pub") }.map { "\(folder)/\($0)" }
    } catch {
      throw refusal(
        folder, expected: "the folder with trusted keys", found: "\(error)",
        advice: "make it, and name it in AGENTHOST_PLUGIN_KEYS")
    }
  }

  private static func key(in file: String) throws(LibraryError) -> Curve25519.Signing.PublicKey {
    let content: RegularFile
    do throws(AgentImageError) {
      content = try RegularFile(reading: resolvedPath(file) ?? file, maximumBytes: SigningKey.maximumBytes)
    } catch {
      throw refusal(file, expected: error.expected, found: error.found, advice: error.advice)
    }
    // Whoever can write it decides what is let in.
    if let problem = content.status.problem {
      throw refusal(
        file, expected: problem.expected, found: problem.found, advice: problem.advice(file))
    }
    guard let key = SigningKey.publicKey(file: content.bytes) else {
      throw refusal(
        file, expected: "an Ed25519 public key, as 64 hexadecimal digits", found: "something else",
        advice: "put the .pub file of `agenthost plugin keygen` there")
    }
    return key
  }

  private static func refusal(
    _ file: String, expected: String, found: String, advice: String
  ) -> LibraryError {
    LibraryError(file: file, step: .trust, expected: expected, found: found, advice: advice)
  }
}

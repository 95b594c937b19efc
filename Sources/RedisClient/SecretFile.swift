import Glibc

/// A secret in a file of its own, as orchestrators hand it over.
package enum SecretFile {
  /// More than any password or address has.
  package static let maximumBytes = 64 << 10

  /// Why a file gives no secret; never with a part of what is in it.
  package struct Failure: Error, Equatable, CustomStringConvertible {
    package let path: String
    package let why: String

    package var description: String { "\(path): \(why)" }
  }

  /// What is in the file, without the end of its line. Blocks, as reading a file does.
  package static func read(_ path: String) throws(Failure) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(path) }
      if count == 0 { break }
      bytes += chunk[..<count]
      guard bytes.count <= maximumBytes else {
        throw Failure(
          path: path, why: "it has more than \(maximumBytes) bytes; expected one secret and nothing else")
      }
    }
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure(path: path, why: "it is not UTF-8")
    }
    guard !text.isEmpty else { throw Failure(path: path, why: "it is empty") }
    return text
  }

  private static func failure(_ path: String) -> Failure {
    Failure(path: path, why: String(cString: strerror(errno)))
  }
}

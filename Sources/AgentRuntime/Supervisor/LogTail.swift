import Glibc

/// The end of a text file: at most ten lines and 4 KiB; empty when it cannot be read.
package func lastLines(ofFile path: String) -> String {
  let maximumLines = 10
  let maximumBytes = 4_096
  let number = open(path, O_RDONLY | O_CLOEXEC)
  guard number >= 0 else { return "" }
  let descriptor = OwnedDescriptor(number)
  return withExtendedLifetime(descriptor) {
    let size = lseek(number, 0, SEEK_END)
    lseek(number, max(0, size - off_t(maximumBytes)), SEEK_SET)
    var bytes = [UInt8](repeating: 0, count: maximumBytes)
    let count = max(0, read(number, &bytes, bytes.count))
    let text = String(decoding: bytes[..<count], as: UTF8.self)
    return text.split(separator: "\n").suffix(maximumLines).joined(separator: "\n")
  }
}

/// Cuts the bytes of the worker's status pipe into lines, and holds no more than one short line.
package struct StatusLineBuffer: Equatable, Sendable {
  package enum Line: Equatable, Sendable {
    case ready
    /// Not a line we know; what it said, at most `maximumLineBytes` of it.
    case unknown(String)
    /// A line longer than the limit; its bytes are dropped up to the next line.
    case tooLong
  }

  package static let maximumLineBytes = 256

  private var bytes: [UInt8] = []
  private var isDropping = false

  package init() {}

  package mutating func append(_ chunk: some Sequence<UInt8>) -> [Line] {
    var lines: [Line] = []
    for byte in chunk {
      if byte == UInt8(ascii: "\n") {
        if !isDropping { lines.append(line()) }
        bytes.removeAll(keepingCapacity: true)
        isDropping = false
      } else if !isDropping {
        if bytes.count == Self.maximumLineBytes {
          lines.append(.tooLong)
          isDropping = true
        } else {
          bytes.append(byte)
        }
      }
    }
    return lines
  }

  private func line() -> Line {
    bytes.elementsEqual("ready".utf8) ? .ready : .unknown(String(decoding: bytes, as: UTF8.self))
  }
}

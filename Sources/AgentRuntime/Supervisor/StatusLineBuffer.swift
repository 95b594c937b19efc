/// Cuts the bytes of a worker's status pipe into lines, and holds no more than one of them.
package struct StatusLineBuffer: Equatable, Sendable {
  package enum Line: Equatable, Sendable {
    case known(StatusLine)
    /// Not a line we know; what it said.
    case unknown(String)
    /// A line longer than the limit; its bytes are dropped up to the next line.
    case tooLong
  }

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
        if bytes.count == StatusLine.maximumBytes {
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
    let text = String(decoding: bytes, as: UTF8.self)
    return StatusLine(text).map(Line.known) ?? .unknown(text)
  }
}

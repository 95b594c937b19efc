/// Room for arguments of a command, which are put down one behind the other.
package struct RedisArguments {
  /// Bytes that an argument takes beside its own: those of its frame, and of a number.
  static let frame = 48

  private let room: UnsafeMutableRawBufferPointer
  private(set) var count = 0
  private(set) var byteCount = 0

  init(room: UnsafeMutableRawBufferPointer) { self.room = room }

  package mutating func append(_ text: StaticString) {
    // SAFETY: a static string that is more than one character has its bytes for ever, as many as it says.
    if text.hasPointerRepresentation {
      append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    } else {
      append(text.description)
    }
  }

  package mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }

  package mutating func append(_ number: Int) {
    let length = Decimal.length(of: number.magnitude) + (number < 0 ? 1 : 0)
    append(count: length) { target in
      if number < 0 { target[0] = UInt8(ascii: "-") }
      Decimal.write(number.magnitude, endingAt: length, of: target)
    }
  }

  package mutating func append(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { append($0) }
  }

  package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    append(count: bytes.count) { $0.copyMemory(from: bytes) }
  }

  @inline(__always)
  private mutating func append(count bytes: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) {
    let digits = Decimal.length(of: UInt(bytes))
    let start = byteCount + 1 + digits + 2
    precondition(start + bytes + 2 <= room.count, "whoever asks for room says how many bytes come")
    room[byteCount] = UInt8(ascii: "$")
    Decimal.write(UInt(bytes), endingAt: start - 2, of: room)
    Self.endLine(at: start - 2, of: room)
    write(UnsafeMutableRawBufferPointer(rebasing: room[start..<start + bytes]))
    Self.endLine(at: start + bytes, of: room)
    byteCount = start + bytes + 2
    count += 1
  }

  static func endLine(at index: Int, of target: UnsafeMutableRawBufferPointer) {
    target[index] = UInt8(ascii: "\r")
    target[index + 1] = UInt8(ascii: "\n")
  }
}

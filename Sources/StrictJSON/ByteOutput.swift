/// Room for bytes that are written once, from the begin to the end: many times cheaper than an array that grows, piece by
/// piece. What does not fit is counted, and not written.
package struct ByteOutput {
  // SAFETY: so many bytes may be written from there on, as long as `bytes(expecting:_:)` runs.
  private let start: UnsafeMutablePointer<UInt8>
  private let capacity: Int
  /// Bytes so far, those that did not fit included.
  package private(set) var count = 0

  /// The bytes that `write` appends. It is called again where there were more than was expected.
  package static func bytes(expecting capacity: Int, _ write: (inout ByteOutput) -> Void) -> [UInt8] {
    var capacity = max(1, capacity)
    while true {
      var needed = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
        guard let start = buffer.baseAddress else { return }
        var output = ByteOutput(start: start, capacity: capacity)
        write(&output)
        needed = output.count
        count = needed <= capacity ? needed : 0
      }
      if needed <= capacity { return bytes }
      capacity = needed
    }
  }

  private init(start: UnsafeMutablePointer<UInt8>, capacity: Int) {
    (self.start, self.capacity) = (start, capacity)
  }

  /// Appends what `write` puts down from the pointer on: it returns how many bytes, `room` at most.
  @inline(__always)
  private mutating func append(room: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Int) {
    // SAFETY: what is written fits into the room, which is there.
    count += count + room <= capacity ? write(start + count) : room
  }

  @inline(__always)
  private mutating func append(copying bytes: UnsafePointer<UInt8>, count: Int) {
    append(room: count) { target in
      // SAFETY: there is room for as many; what is copied lies elsewhere, for nobody else knows of this room.
      target.update(from: bytes, count: count)
      return count
    }
  }

  package mutating func append(_ byte: UInt8) {
    append(room: 1) { target in
      target[0] = byte
      return 1
    }
  }

  package mutating func append(_ text: StaticString) {
    // SAFETY: a literal's bytes live as long as the process.
    append(copying: text.utf8Start, count: text.utf8CodeUnitCount)
  }

  /// Appends what stands in a message, as it is.
  package mutating func append(bytes: UnsafeRawBufferPointer) {
    bytes.withMemoryRebound(to: UInt8.self) { bytes in
      if let start = bytes.baseAddress { append(copying: start, count: bytes.count) }
    }
  }

  /// Appends what was written before.
  package mutating func append(copying written: [UInt8]) {
    written.withUnsafeBytes { append(bytes: $0) }
  }

  package mutating func append(unescaped text: String) {
    var text = text
    text.withUTF8 { append(bytes: UnsafeRawBufferPointer($0)) }
  }

  /// Appends a finite number; of others, the nearest.
  package mutating func append(json value: Double) {
    if let microseconds = JSONNumber.microseconds(value) {
      append(room: JSONText.longestNumber) { JSONText.write(microseconds: microseconds, to: $0) }
    } else {
      append(unescaped: JSONNumber.text(value))
    }
  }

  package mutating func append(json value: Int) {
    if value < 0 { return append(unescaped: String(value)) }
    append(room: JSONText.longestNumber) { JSONText.write(count: UInt64(value), to: $0) }
  }

  /// Appends a string in quotes, or null.
  package mutating func append(json text: String?) {
    guard let text else { return append("null") }
    append(json: text)
  }

  /// Appends a string in quotes.
  package mutating func append(json text: String) {
    var text = text
    text.withUTF8 { text in
      let length = JSONText.length(of: text)
      append(room: length) { JSONText.write(text, length: length, to: $0) }
    }
  }

  /// Appends an array without its closing bracket, to be continued. Returns whether it has elements.
  package mutating func append(openArray array: UnsafeRawBufferPointer) -> Bool {
    append(bytes: UnsafeRawBufferPointer(rebasing: array.dropLast()))
    return JSONText.hasElements(array)
  }
}

/// The bytes of a file that may be broken or hostile: every read is checked against its length.
struct ELFBytes {
  // SAFETY: `load` and `text` are the only reads, and both check their range first.
  private let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var count: UInt64 { UInt64(bytes.count) }

  /// A little-endian number at `offset`.
  func load<Number: FixedWidthInteger>(
    _ type: Number.Type, at offset: UInt64, in part: AgentImageError.Part
  ) throws(AgentImageError) -> Number {
    try require(offset, UInt64(MemoryLayout<Number>.size), for: part)
    return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: Int(offset), as: type))
  }

  /// Whether `text` and a zero byte stand at `offset`; what reaches beyond `end` does not.
  func holds(_ text: StaticString, at offset: UInt64, before end: UInt64) -> Bool {
    let length = UInt64(text.utf8CodeUnitCount) + 1
    let (last, overflow) = offset.addingReportingOverflow(length)
    guard !overflow, last <= end, last <= count else { return false }
    let range = Int(offset)..<Int(last)
    return text.withUTF8Buffer { bytes[range.dropLast()].elementsEqual($0) }
      && bytes[range.upperBound - 1] == 0
  }

  /// Text from `offset` up to its zero byte, or to `end`.
  func text(
    at offset: UInt64, before end: UInt64, in part: AgentImageError.Part
  ) throws(AgentImageError) -> String {
    var text: [UInt8] = []
    var place = offset
    while place < end {
      let byte = try load(UInt8.self, at: place, in: part)
      if byte == 0 { break }
      text.append(byte)
      place += 1
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Refuses a range that is not wholly inside the file.
  func require(_ offset: UInt64, _ size: UInt64, for part: AgentImageError.Part) throws(AgentImageError) {
    let (end, overflow) = offset.addingReportingOverflow(size)
    guard !overflow, end <= count else {
      throw .truncated(part: part, expected: overflow ? .max : end, found: count)
    }
  }
}

import Glibc

/// Memory for the texts of one reply, one behind the other. Whoever holds it frees it.
struct ReplyTexts {
  // SAFETY: `capacity` bytes of `malloc`'s, of which the first `count` have been written.
  private var start: UnsafeMutableRawPointer?
  private(set) var count = 0
  private(set) var capacity = 0
  /// Bytes that may be left unused when a reply is complete.
  private static let mostSpare = 4096

  /// Makes room for so many bytes in all. False where there is no memory for them.
  @discardableResult
  mutating func reserve(_ bytes: Int) -> Bool {
    guard bytes > capacity else { return true }
    guard let room = realloc(start, bytes) else { return false }
    (start, capacity) = (room, bytes)
    return true
  }

  /// Returns where the text begins; nil where there is no memory for it.
  mutating func append(_ text: UnsafeRawBufferPointer) -> Int? {
    let begin = count
    guard let bytes = text.baseAddress, text.count > 0 else { return begin }
    if count + text.count > capacity {
      guard reserve(max(count + text.count, 2 * capacity)) else { return nil }
    }
    // SAFETY: there is room for as many, and what is copied lies elsewhere.
    start?.advanced(by: count).copyMemory(from: bytes, byteCount: text.count)
    count += text.count
    return begin
  }

  /// Gives back what is not used, where it is much: somebody may hold the texts for long.
  mutating func trim() {
    if count == 0 {
      free()
      (start, capacity) = (nil, 0)
    } else if capacity - count > Self.mostSpare, let room = realloc(start, count) {
      (start, capacity) = (room, count)
    }
  }

  func bytes(at begin: Int, count: Int) -> UnsafeRawBufferPointer {
    precondition(begin >= 0 && count >= 0 && begin + count <= self.count, "a text is read in its own reply")
    return UnsafeRawBufferPointer(start: start?.advanced(by: begin), count: count)
  }

  func free() { Glibc.free(start) }
}

/// Text across the contract: lent, never given.
extension agenthost_text_v1 {
  static var empty: agenthost_text_v1 { agenthost_text_v1(bytes: nil, length: 0) }

  /// The bytes; none for NULL. Good for the length of the call in which the host lends them.
  var lent: UnsafeRawBufferPointer {
    // SAFETY: the host lends `length` bytes at `bytes` until the call it made returns.
    UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : length)
  }

  /// A copy of the bytes; none for NULL.
  func copiedBytes() -> [UInt8] {
    // SAFETY: we are in the call in which they are lent.
    [UInt8](lent)
  }

  /// A copy as a string; bytes that are not UTF-8 become U+FFFD.
  func copiedString() -> String {
    // SAFETY: as in `copiedBytes`.
    String(decoding: lent, as: UTF8.self)
  }
}

/// Lends a string for the length of one call.
func withBorrowedText<Result>(_ string: String, _ body: (agenthost_text_v1) -> Result) -> Result {
  var string = string
  return string.withUTF8 { utf8 in
    // SAFETY: the pointer is used inside `body` only, where the string's storage is held.
    utf8.withMemoryRebound(to: CChar.self) {
      body(agenthost_text_v1(bytes: $0.baseAddress, length: $0.count))
    }
  }
}

/// Text that is never freed, for tables that live as long as the library is mapped.
func permanentText(_ string: String) -> agenthost_text_v1 {
  let utf8 = string.utf8.map(CChar.init(bitPattern:))
  guard !utf8.isEmpty else { return .empty }
  let storage = UnsafeMutableBufferPointer<CChar>.allocate(capacity: utf8.count)
  _ = storage.initialize(from: utf8)
  return agenthost_text_v1(bytes: storage.baseAddress, length: storage.count)
}

import Glibc

/// A key, or a part of one, as the server has it, by its bytes: two texts that Swift takes for equal may be two keys.
package struct KeyName: Hashable {
  private let text: String

  package init(_ text: String) { self.text = text }

  package static func == (left: KeyName, right: KeyName) -> Bool {
    let count = left.text.utf8.count
    guard count == right.text.utf8.count else { return false }
    let areSame: Bool?? = left.text.utf8.withContiguousStorageIfAvailable { left in
      right.text.utf8.withContiguousStorageIfAvailable { right in
        guard let first = left.baseAddress, let second = right.baseAddress else { return true }
        return memcmp(first, second, count) == 0
      }
    }
    guard let areSame, let areSame else { return left.text.utf8.elementsEqual(right.text.utf8) }
    return areSame
  }

  package func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

/// Refuses a key that appears twice in one object, over all objects that are open at a time.
struct DuplicateKeyCheck {
  private var keys: ContiguousArray<JSONKeySpan> = []
  private var objectStarts: ContiguousArray<Int> = []

  mutating func openObject() {
    objectStarts.append(keys.count)
  }

  mutating func add(_ key: JSONKeySpan) {
    keys.append(key)
  }

  mutating func closeObject(in message: UnsafeRawBufferPointer) throws(JSONError) {
    guard let start = objectStarts.popLast() else { return }
    let duplicate = firstDuplicateKey(count: keys.count - start) { keys[start + $0].key(in: message) }
    if let duplicate {
      let key = keys[start + duplicate]
      let name = JSONString.text(of: key.content.bytes(in: message))
      throw JSONError(.duplicateKey(name), at: Int(key.quoted.start))
    }
    keys.removeSubrange(start...)
  }
}

/// Which containers are open around a value, one bit each, without an allocation.
struct NestingStack {
  /// The deepest nesting there is room for.
  static let capacity = 512

  private var objects = InlineArray<8, UInt64>(repeating: 0)
  private var depth = 0
  private let limit: Int

  /// A stack that takes up to `limit` open containers.
  init(limit: Int) {
    self.limit = min(limit, Self.capacity)
  }

  var isEmpty: Bool { depth == 0 }

  /// Whether the innermost open container is an object, not an array.
  var isInObject: Bool {
    let top = depth - 1
    return objects[top >> 6] & (1 << UInt64(top & 63)) != 0
  }

  /// Opens a container; false when there are as many open as allowed.
  mutating func push(isObject: Bool) -> Bool {
    guard depth < limit else { return false }
    let bit: UInt64 = 1 << UInt64(depth & 63)
    if isObject {
      objects[depth >> 6] |= bit
    } else {
      objects[depth >> 6] &= ~bit
    }
    depth += 1
    return true
  }

  mutating func pop() {
    depth -= 1
  }
}

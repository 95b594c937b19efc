/// The keys that lead to a value, put together only when somebody asks: an error, or a type that reads or writes by hand.
indirect enum CodingPath {
  case root
  case key(any CodingKey, of: CodingPath)
  case element(Int, of: CodingPath)

  var keys: [any CodingKey] {
    var keys: [any CodingKey] = []
    var path = self
    while true {
      switch path {
      case .root: return keys.reversed()
      case .key(let key, let parent):
        keys.append(key)
        path = parent
      case .element(let index, let parent):
        keys.append(AnyKey(intValue: index))
        path = parent
      }
    }
  }
}

/// A key that no type declares: an element of an array, or what encodes a superclass.
struct AnyKey: CodingKey {
  let stringValue: String
  let intValue: Int?

  static let superclass = AnyKey(stringValue: "super")

  init(stringValue: String) {
    self.stringValue = stringValue
    intValue = nil
  }

  init(intValue: Int) {
    stringValue = "Index \(intValue)"
    self.intValue = intValue
  }
}

/// A configuration as a value, to find out which of its numbers a type does not hold: the decoder only says that there
/// is one.
enum JSONNumbers: Codable {
  case number(Double)
  case list([JSONNumbers])
  case object([String: JSONNumbers])
  case text(String)
  case boolean(Bool)
  case null

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let boolean = try? value.decode(Bool.self) {
      self = .boolean(boolean)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else if let list = try? value.decode([JSONNumbers].self) {
      self = .list(list)
    } else {
      self = .object(try value.decode([String: JSONNumbers].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .number(let number): try value.encode(number)
    case .list(let list): try value.encode(list)
    case .object(let object): try value.encode(object)
    case .text(let text): try value.encode(text)
    case .boolean(let boolean): try value.encode(boolean)
    case .null: try value.encodeNil()
    }
  }

  /// The keys that lead to each number.
  var paths: [[String]] {
    switch self {
    case .number: [[]]
    case .list(let list):
      list.enumerated().flatMap { index, element in element.paths.map { ["\(index)"] + $0 } }
    case .object(let object):
      object.sorted { $0.key < $1.key }.flatMap { key, value in value.paths.map { [key] + $0 } }
    case .text, .boolean, .null: []
    }
  }

  /// The same with 0 for all numbers but the first `count` of `paths`, which becomes less by what is kept.
  func keeping(_ count: inout Int) -> JSONNumbers {
    switch self {
    case .number:
      count -= 1
      return count >= 0 ? self : .number(0)
    case .list(let list): return .list(list.map { $0.keeping(&count) })
    case .object(let object):
      var kept = object
      for (key, value) in object.sorted(by: { $0.key < $1.key }) { kept[key] = value.keeping(&count) }
      return .object(kept)
    case .text, .boolean, .null: return self
    }
  }

  /// The keys that lead to the first number with which `fails` is true of the whole.
  func firstPath(where fails: (JSONNumbers) -> Bool) -> [String]? {
    let paths = paths
    var range = 0...paths.count
    guard fails(self) else { return nil }
    while range.lowerBound < range.upperBound {
      let middle = (range.lowerBound + range.upperBound) / 2
      var count = middle
      range = fails(keeping(&count)) ? range.lowerBound...middle : (middle + 1)...range.upperBound
    }
    return range.lowerBound > 0 ? paths[range.lowerBound - 1] : nil
  }
}

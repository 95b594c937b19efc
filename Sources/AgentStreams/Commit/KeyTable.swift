/// The keys of one call, by the numbers that the script knows them by.
struct KeyTable {
  private(set) var names: [String] = []
  /// The numbers of those that others may ask for again.
  private var shared: [Int] = []
  /// Up to so many are compared one by one, which is faster than hashing.
  private static let fewest = 8
  private var positions: [KeyName: Int] = [:]

  /// The number of a key that many writes go to, which it gets now if it had none.
  mutating func add(_ name: String) -> Int {
    if let number = number(of: name) { return number }
    let number = append(name)
    shared.append(number)
    if shared.count > Self.fewest {
      if positions.isEmpty { for number in shared { positions[KeyName(names[number - 1])] = number } }
      positions[KeyName(name)] = number
    }
    return number
  }

  /// Adds a key that hardly any other write goes to. That it may be there twice makes no difference to the script.
  mutating func append(_ name: String) -> Int {
    names.append(name)
    return names.count
  }

  private func number(of name: String) -> Int? {
    if shared.count > Self.fewest { return positions[KeyName(name)] }
    return shared.first { KeyName(names[$0 - 1]) == KeyName(name) }
  }
}

/// What of the figures is shown, as keys have it.
package struct TopView: Sendable, Equatable {
  /// Longer filters are cut: no role is called so.
  private static let maximumFilter = 128

  package var column: TopColumn
  package var isReversed = false
  package var filter: String
  package private(set) var isFilterOpen = false
  package private(set) var isPaused = false
  package private(set) var hasEnded = false

  package init(column: TopColumn = .rate, filter: String = "") {
    self.column = column
    self.filter = filter
  }

  package mutating func press(_ key: TopKey) {
    if key == .interrupt {
      hasEnded = true
    } else if isFilterOpen {
      type(key)
    } else if case .character(let character) = key {
      switch character {
      case "s": column = column.next
      case "r": isReversed.toggle()
      case "/": isFilterOpen = true
      case "p", " ": isPaused.toggle()
      case "q": hasEnded = true
      default: break
      }
    } else if key == .escape {
      filter = ""
    }
  }

  private mutating func type(_ key: TopKey) {
    switch key {
    case .character(let character):
      if filter.count < Self.maximumFilter { filter.append(character) }
    case .backspace: if !filter.isEmpty { filter.removeLast() }
    case .enter: isFilterOpen = false
    case .escape:
      filter = ""
      isFilterOpen = false
    case .interrupt: hasEnded = true
    }
  }
}

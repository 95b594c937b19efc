/// Rows in columns that fit a width: texts that are too long are cut, and so is a line that is too long all the same.
package struct ColumnTable: Sendable, Equatable {
  package struct Column: Sendable, Equatable {
    package var title: String
    /// Stands to the right.
    package var isNumeric: Bool

    package static func text(_ title: String) -> Column { Column(title: title, isNumeric: false) }
    package static func number(_ title: String) -> Column { Column(title: title, isNumeric: true) }
  }

  private static let gap = 2
  /// What is left of a text that is cut, for as long as there is another to cut.
  private static let shortestText = 8

  private let columns: [Column]
  private var rows: [[String]] = []

  package init(_ columns: [Column]) {
    self.columns = columns
  }

  package mutating func add(_ row: [String]) {
    rows.append(row)
  }

  /// The first line has the titles. Nil: as wide as it comes. `keepsNames`: a name, the first of a row, that is too long
  /// has lines of its own before the others, and is not cut.
  package func lines(width: Int? = nil, keepsNames: Bool = false) -> [String] {
    let widths = fitting(width ?? .max)
    return ([columns.map(\.title)] + rows).flatMap { row in
      guard keepsNames, let width, DisplayWidth.of(row[0]) > widths[0] else {
        return [line(row, widths, width)]
      }
      return Paragraph.lines(row[0], width: width) + [line([""] + row.dropFirst(), widths, width)]
    }
  }

  /// All lines, each with its end, as wide as they come.
  package var text: String { lines().map { $0 + "\n" }.joined() }

  private func line(_ row: [String], _ widths: [Int], _ width: Int?) -> String {
    var line = columns.indices.map { index in
      DisplayWidth.padded(
        DisplayWidth.cut(row[index], to: widths[index]), to: widths[index], before: columns[index].isNumeric)
    }.joined(separator: String(repeating: " ", count: Self.gap))
    while line.last == " " { line.removeLast() }
    return width.map { DisplayWidth.cut(line, to: $0) } ?? line
  }

  /// The widest text gives way first.
  private func fitting(_ width: Int) -> [Int] {
    var widths = columns.indices.map { index in
      ([columns[index].title] + rows.map { $0[index] }).map(DisplayWidth.of).max() ?? 0
    }
    var excess = widths.reduce(0, +) + Self.gap * (columns.count - 1) - width
    while excess > 0 {
      let texts = columns.indices.filter { !columns[$0].isNumeric && widths[$0] > Self.shortestText }
      guard let widest = texts.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
      excess -= 1
    }
    return widths
  }
}

/// Rows of text in columns, for people.
struct TextTable {
  private let numeric: Set<Int>
  private var rows: [[String]]

  /// `numeric`: columns that stand to the right.
  init(_ header: [String], numeric: Set<Int> = []) {
    rows = [header]
    self.numeric = numeric
  }

  mutating func add(_ row: [String]) {
    rows.append(row)
  }

  /// Every line with its end.
  var text: String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in line(row, widths) + "\n" }.joined()
  }

  private func line(_ row: [String], _ widths: [Int]) -> String {
    let cells = row.indices.map { column in
      let padding = String(repeating: " ", count: widths[column] - row[column].count)
      return numeric.contains(column) ? padding + row[column] : row[column] + padding
    }
    var line = cells.joined(separator: "  ")
    while line.last == " " { line.removeLast() }
    return line
  }
}

/// Text in lines of a limited width.
package enum Paragraph {
  /// Where nobody says how wide.
  package static let width = 80
  /// Longer lines are hard to read.
  private static let longest = 100
  private static let shortest = 40

  /// Of text on a screen of so many columns.
  package static func width(onScreen columns: Int) -> Int { min(longest, max(shortest, columns)) }

  /// Breaks `text` at spaces, and within a word only where that alone is too long. `first` begins the first line,
  /// `rest` each other.
  package static func lines(_ text: String, first: String = "", rest: String = "", width: Int = width)
    -> [String]
  {
    var lines: [String] = []
    var line = first
    var isEmpty = true
    func end() {
      lines.append(line)
      line = rest
      isEmpty = true
    }
    for word in text.split(separator: " ") {
      var word = String(word)
      if !isEmpty, DisplayWidth.of(line) + 1 + DisplayWidth.of(word) > width { end() }
      while isEmpty, DisplayWidth.of(line) + DisplayWidth.of(word) > width {
        let room = max(1, width - DisplayWidth.of(line))
        let head = beginning(of: word, width: room)
        line += head
        word.removeFirst(head.count)
        end()
      }
      if word.isEmpty { continue }
      line += isEmpty ? word : " " + word
      isEmpty = false
    }
    if !isEmpty || lines.isEmpty { lines.append(line) }
    return lines
  }

  /// At least one character, or nothing would ever fit.
  private static func beginning(of word: String, width: Int) -> String {
    var head = ""
    var taken = 0
    for character in word {
      taken += DisplayWidth.of(String(character))
      if taken > width, !head.isEmpty { break }
      head.append(character)
    }
    return head
  }
}

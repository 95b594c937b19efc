/// A type's name as people write it, without its generic arguments.
enum AgentName {
  static func of(_ type: any Agent.Type) -> String {
    // Not by `String(describing:)`, which asks for a dozen conformances first.
    String("\(type)".prefix { $0 != "<" })
  }
}

/// The role that follows from a type's name: its words in lower case, joined by underscores, without
/// a final "Agent". A run of capitals is one word: `RAGSearchAgent` gives `rag_search`.
package enum RoleName {
  package static func derived(fromType name: String) -> String {
    var words = words(of: Array(name))
    if words.count > 1, words.last == "Agent" { words.removeLast() }
    return words.map { $0.lowercased() }.joined(separator: "_")
  }

  private static func words(of letters: [Character]) -> [String] {
    var words: [String] = []
    var word = ""
    for (index, letter) in letters.enumerated() {
      guard letter.isLetter || letter.isNumber else {
        if !word.isEmpty { words.append(word) }
        word = ""
        continue
      }
      if !word.isEmpty, startsWord(at: index, in: letters) {
        words.append(word)
        word = ""
      }
      word.append(letter)
    }
    if !word.isEmpty { words.append(word) }
    return words
  }

  /// A capital starts a word after anything but a capital, and as the last of a run of capitals
  /// when a small letter follows: the S of "RAGSearch".
  private static func startsWord(at index: Int, in letters: [Character]) -> Bool {
    guard index > 0, letters[index].isUppercase else { return false }
    if !letters[index - 1].isUppercase { return true }
    return index + 1 < letters.count && letters[index + 1].isLowercase
  }
}

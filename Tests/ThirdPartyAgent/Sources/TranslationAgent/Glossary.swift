/// Words of a language, by those of English.
struct Glossary {
  private static let all = [
    "de": ["hello": "hallo", "world": "Welt"],
    "fr": ["hello": "bonjour", "world": "monde"],
  ]

  private let words: [String: String]

  init(of language: String) throws(TranslationError) {
    guard let words = Self.all[language] else { throw .unknownLanguage(language) }
    self.words = words
  }

  func translation(of text: String) throws(TranslationError) -> String {
    var translated: [String] = []
    for word in text.split(separator: " ") {
      guard let other = words[word.lowercased()] else { throw .unknownWord(String(word)) }
      translated.append(other)
    }
    return translated.joined(separator: " ")
  }
}

/// Why there is no translation.
enum TranslationError: Error, CustomStringConvertible {
  case unknownLanguage(String)
  case unknownWord(String)

  var description: String {
    switch self {
    case .unknownLanguage(let language): "there is no glossary for \(language)"
    case .unknownWord(let word): "\(word) is not in the glossary"
    }
  }
}

/// Where a function begins, and over how many lines it goes.
struct FunctionLength: Sendable {
  let line: Int
  let lines: Int

  /// All functions with a body in code without comments and strings.
  static func all(in code: String) -> [FunctionLength] {
    let lines = code.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.indices.compactMap { start in
      // A look at the words first: a regular expression takes its time.
      guard declares(lines[start]),
        lines[start].contains(/\b(?:func\s+\S|init[?]?\s*[(<]|deinit\b|subscript\s*[(<])/),
        !lines[start].contains(/\.init\b/), let end = bodyEnd(lines[start...])
      else { return nil }
      return FunctionLength(line: start + 1, lines: end - start + 1)
    }
  }

  private static func declares(_ line: Substring) -> Bool {
    ["func ", "init", "subscript"].contains { line.contains($0) }
  }

  /// The line of the brace that closes the body; nil where there is no body.
  private static func bodyEnd(_ lines: ArraySlice<Substring>) -> Int? {
    var parentheses = 0
    var braces = 0
    for (index, line) in zip(lines.indices, lines) {
      for byte in line.utf8 {
        switch byte {
        case UInt8(ascii: "("): parentheses += 1
        case UInt8(ascii: ")"): parentheses -= 1
        case UInt8(ascii: "{"): braces += 1
        case UInt8(ascii: "}"):
          braces -= 1
          if braces == 0 { return index }
          if braces < 0 { return nil }
        default: break
        }
      }
      // A declaration goes on in the next line while it is open, or the next line says so.
      let next = lines.dropFirst(index - lines.startIndex + 1).first?.drop { $0 == " " } ?? ""
      let goesOn = ["{", "->", "async", "throws", "where"].contains { next.hasPrefix($0) }
      if braces == 0, parentheses == 0, !goesOn { return nil }
    }
    return nil
  }
}

/// Swift without its comments and the content of its strings; lines stay where they are.
enum SwiftCode {
  static func bare(_ text: String) -> String {
    var reader = Reader(bytes: Array(text.utf8))
    reader.readCode(untilParenthesis: false)
    return String(decoding: reader.output, as: UTF8.self)
  }

  private struct Reader {
    let bytes: [UInt8]
    var position = 0
    var output: [UInt8] = []

    init(bytes: [UInt8]) {
      self.bytes = bytes
      output.reserveCapacity(bytes.count)
    }

    private func byte(_ offset: Int = 0) -> UInt8? {
      position + offset < bytes.count ? bytes[position + offset] : nil
    }

    private func begins(_ text: StaticString) -> Bool { begins(text, at: 0) }

    private func begins(_ text: StaticString, at offset: Int) -> Bool {
      for index in 0..<text.utf8CodeUnitCount where byte(offset + index) != text.utf8Start[index] {
        return false
      }
      return true
    }

    private func hashes(at offset: Int) -> Int {
      var count = 0
      while byte(offset + count) == UInt8(ascii: "#") { count += 1 }
      return count
    }

    /// Passes over bytes, of which only line ends are kept.
    private mutating func skip(_ count: Int) {
      for _ in 0..<count {
        if byte() == UInt8(ascii: "\n") { output.append(UInt8(ascii: "\n")) }
        position += 1
      }
    }

    /// Up to the end, or to the parenthesis that ends an interpolation.
    mutating func readCode(untilParenthesis: Bool) {
      var depth = 0
      while let byte = byte() {
        switch byte {
        case UInt8(ascii: "/") where begins("//"):
          while let next = self.byte(), next != UInt8(ascii: "\n") { skip(1) }
          continue
        case UInt8(ascii: "/") where begins("/*"):
          while self.byte() != nil, !begins("*/") { skip(1) }
          skip(2)
          continue
        case UInt8(ascii: "\""), UInt8(ascii: "#"):
          let hashes = hashes(at: 0)
          if self.byte(hashes) == UInt8(ascii: "\"") {
            readString(hashes: hashes)
            continue
          }
        case UInt8(ascii: "("): depth += 1
        case UInt8(ascii: ")"):
          if untilParenthesis, depth == 0 { return skip(1) }
          depth -= 1
        default: break
        }
        output.append(byte)
        position += 1
      }
    }

    private mutating func readString(hashes: Int) {
      skip(hashes)
      let quotes = begins("\"\"\"") ? 3 : 1
      skip(quotes)
      output += [UInt8(ascii: "\""), UInt8(ascii: "\"")]
      while let byte = byte() {
        if byte == UInt8(ascii: "\""), quotes == 1 || begins("\"\"\""), self.hashes(at: quotes) >= hashes {
          return skip(quotes + hashes)
        }
        let isEscape = byte == UInt8(ascii: "\\") && self.hashes(at: 1) >= hashes
        if isEscape, self.byte(1 + hashes) == UInt8(ascii: "(") {
          skip(hashes + 2)
          readCode(untilParenthesis: true)
        } else {
          skip(isEscape ? hashes + 2 : 1)
        }
      }
    }
  }
}

import RandomJSON
import StrictJSON
import SeededGenerator
import Testing

@Suite struct JSONValueTests {
  private func parse(_ text: String) throws -> JSONValue {
    try Array(text.utf8).withUnsafeBytes { try JSONValue.parse($0) }
  }

  private func written(_ value: JSONValue) -> String {
    var output: [UInt8] = []
    value.write(into: &output)
    return String(decoding: output, as: UTF8.self)
  }

  @Test func `Reads and writes every type, and numbers digit for digit`() throws {
    let text =
      #"{"n":null,"b":[true,false],"d":123456789012345678901234567890.10,"s":"é\u0001\"","o":{},"e":[]}"#
    let value = try parse(" " + text + "\n")
    #expect(written(value) == text)
    #expect(value["d"] == .number("123456789012345678901234567890.10"))
    #expect(value["b"]?.elements == [.bool(true), .bool(false)])
  }

  @Test func `Of duplicate keys the last value counts, at the first position`() throws {
    #expect(
      try parse(#"{"a":1,"b":2,"\u0061":3}"#) == .object([.init("a", .number(3)), .init("b", .number(2))]))
  }

  @Test func `Half a surrogate pair reads as the replacement character`() throws {
    #expect(try parse(#""a\ud800b\ud83d\ude00""#) == .string("a\u{FFFD}b😀"))
  }

  @Test func `What is no JSON is refused`() {
    #expect(throws: JSONError(.notFinite("NaN"), at: 1)) { try parse("[NaN]") }
  }

  @Test(
    arguments: [.nan, .infinity, -.infinity, 0.1, .leastNonzeroMagnitude, 1e300, 1726339057.1234567]
      as [Double])
  func `A double is written as JSON`(value: Double) throws {
    let text = written(.number(value))
    let read = try #require(try parse(text).double)
    #expect(value.isFinite ? read == value : read.isFinite)
  }

  @Test func `Doubles are read exactly`() throws {
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<5_000 {
      let whole = Int.random(in: 0...9_007_199_254, using: &generator)
      let text = "\(whole).\(UInt32.random(in: 0...9_999_999, using: &generator))"
      let read = try #require(try parse(text).double)
      #expect(read == Double(text))
    }
  }

  @Test func `Reads random documents as the reference does`() throws {
    var random = RandomJSON(seed: 3)
    for _ in 0..<2_000 {
      let text = random.value(depth: 5)
      let value = try parse(text)
      // Keys that differ in half a surrogate pair only are one key as text, and so do not come back.
      let isText = !text.lowercased().contains("\\ud800") && !text.lowercased().contains("\\udfff")
      guard let reference = ReferenceJSON(Array(text.utf8))?.value, matches(value, reference),
        try !isText || parse(written(value)) == value
      else {
        Issue.record("differs: \(text)")
        return
      }
    }
  }

  private func matches(_ value: JSONValue, _ reference: ReferenceJSON.Value) -> Bool {
    switch (value, reference) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.number(let left), .number(let right)): left == right
    case (.string(let left), .string(let right)):
      left.unicodeScalars.elementsEqual(String(decoding: right, as: UTF16.self).unicodeScalars)
    case (.array(let left), .array(let right)):
      left.count == right.count && zip(left, right).allSatisfy { matches($0, $1) }
    case (.object(let left), .object(let right)):
      left.count == right.count
        && right.allSatisfy { key, inner in
          left.contains {
            $0.name.utf16.elementsEqual(String(decoding: key, as: UTF16.self).utf16)
              && matches($0.value, inner)
          }
        }
    default: false
    }
  }

  @Test func `An escape is found wherever it stands, and nothing else is taken for one`() {
    var generator = SeededGenerator(seed: 7)
    for count in 0..<40 {
      var bytes = (0..<count).map { _ in
        [0x5B, 0x5D, 0xDC, 0x00, 0x80, 0x20].randomElement(using: &generator) ?? UInt8(0)
      }
      #expect(!bytes.withUnsafeBytes { JSONString.hasEscapes($0) }, "\(bytes)")
      for place in bytes.indices {
        let before = bytes[place]
        bytes[place] = 0x5C
        #expect(bytes.withUnsafeBytes { JSONString.hasEscapes($0) }, "\(bytes)")
        bytes[place] = before
      }
    }
  }
}

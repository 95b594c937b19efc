import SeededGenerator
import Testing

@testable import StrictJSON

@Suite struct ByteOutputTests {
  private enum Piece {
    case literal, byte(UInt8), text(String?), number(Int), time(Double), bytes([UInt8]), openArray(String)

    func append(to output: inout ByteOutput) {
      switch self {
      case .literal: output.append("\"literal\":")
      case .byte(let byte): output.append(byte)
      case .text(let text): output.append(json: text)
      case .number(let number): output.append(json: number)
      case .time(let time): output.append(json: time)
      case .bytes(let bytes): output.append(copying: bytes)
      case .openArray(let text): _ = Array(text.utf8).withUnsafeBytes { output.append(openArray: $0) }
      }
    }

    /// What comes of it, made in another way.
    var expected: String {
      switch self {
      case .literal: "\"literal\":"
      case .byte(let byte): String(UnicodeScalar(byte))
      case .text(nil): "null"
      case .text(let text?): Self.quoted(text)
      case .number(let number): String(number)
      case .time(let time): time.description
      case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
      case .openArray(let text): String(text.dropLast())
      }
    }

    private static func quoted(_ text: String) -> String {
      let escaped = text.unicodeScalars.map { scalar -> String in
        switch scalar {
        case "\"", "\\": "\\\(scalar)"
        case _ where scalar.value < 0x20:
          "\\u00" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
        default: String(scalar)
        }
      }
      return "\"" + escaped.joined() + "\""
    }
  }

  private static let texts = [
    "", "a", "\u{1}\u{1F}\u{20}", "é\"\\", "\n", String(repeating: "ü", count: 300),
  ]

  private func piece(_ generator: inout SeededGenerator) -> Piece {
    switch Int.random(in: 0..<8, using: &generator) {
    case 0: .literal
    case 1: .byte(UInt8.random(in: 0x20..<0x7F, using: &generator))
    case 2: .text(generator.chance(4) ? nil : Self.texts.randomElement(using: &generator))
    case 3:
      .number(Int.random(in: .min ... .max, using: &generator) >> Int.random(in: 0..<64, using: &generator))
    case 4: .time((Double.random(in: 0...2e9, using: &generator) * 1e6).rounded() / 1e6)
    case 5: .time(Double(bitPattern: generator.next() & ~(1 << 62)))
    case 6: .bytes(Array(repeating: 0x78, count: Int.random(in: 0..<40, using: &generator)))
    default: .openArray(["[]", "[ ]", "[1]", "[ 1,2 ]"].randomElement(using: &generator) ?? "[]")
    }
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func `What is written is the same however much room was expected`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for round in 0..<2_000 {
      let pieces = (0..<Int.random(in: 0..<12, using: &generator)).map { _ in piece(&generator) }
      let expected = pieces.map(\.expected).joined()
      for room in [0, 1, expected.utf8.count - 1, expected.utf8.count, 4096] {
        let bytes = ByteOutput.bytes(expecting: room) { output in
          for piece in pieces { piece.append(to: &output) }
        }
        guard bytes == Array(expected.utf8) else {
          Issue.record(
            "seed \(seed), round \(round), room \(room): \(String(decoding: bytes, as: UTF8.self))")
          return
        }
      }
    }
  }

  @Test func `It is told whether an array that is to be continued has elements`() {
    for (text, hasElements) in [("[]", false), ("[ \n]", false), ("[0]", true), ("[ [] ]", true)] {
      _ = ByteOutput.bytes(expecting: 16) { output in
        Array(text.utf8).withUnsafeBytes { #expect(output.append(openArray: $0) == hasElements) }
      }
    }
  }

  @Test func `A number ends in digits of its own, at every length`() {
    var powers: [Int] = [0]
    var power = 1
    while power < .max / 10 {
      powers += [power - 1, power, power + 1]
      power *= 10
    }
    for number in powers + [.max, .min, -1] {
      #expect(ByteOutput.bytes(expecting: 1) { $0.append(json: number) } == Array("\(number)".utf8))
    }
  }

  @Test func `What JSON has no number for is written as the nearest that it has`() {
    let largest = Double.greatestFiniteMagnitude.description
    for (number, text) in [
      (.infinity, largest), (-.infinity, "-" + largest), (.nan, "0.0"), (-0.0, "-0.0"), (1e300, "1e+300"),
      (0.1, "0.1"), (1_726_339_057.25, "1726339057.25"), (0x1p53, "9007199254740992.0"),
    ] as [(Double, String)] {
      let written = ByteOutput.bytes(expecting: 1) { $0.append(json: number) }
      #expect(String(decoding: written, as: UTF8.self) == text)
    }
  }
}

import Foundation
import SeededGenerator
import Testing

@testable import AgentPlugins

@Suite("Random texts beside a library")
struct LibrarySettingsFuzzTests {
  private static let pieces = [
    "a: ", "- ", "[", "]", "{", "}", ", ", ": ", "\n", "\n  ", "  ", "&a ", "*a", "&b ", "*b", "? ", "!",
    "!!str ", "|\n",
    ">-\n", "'", "\"", "\\", "\\u0041", "\\ud800", "#", "---\n", "...\n", "%YAML 1.2\n", "<<: ", "~", "true",
    "no", "0x1F",
    "-1.5e3", "1e999", ".nan", "99999999999999999999", "é", "\u{0}", "\u{7F}", "\u{85}", "\u{2028}",
    "\u{FEFF}", "\t",
    "config:", "isolate:", "role:", "roles:", "timeout:", "enabled:", "@", "`", "[[[[[[[[", "{a: {a: {a: ",
  ]

  private static let seeds =
    LibrarySettingsSchemaTests.good + [
      "config:\n  servers:\n    - {name: a, port: 80}\n    - &b {name: b, port: 81}\n    - *b\n  on: \"x\\ty\"\n",
      "config: {a: &a [x,x,x,x,x,x,x,x], b: &b [*a,*a,*a,*a,*a,*a,*a,*a], c: &c [*b,*b,*b,*b,*b,*b,*b,*b]}\n",
      "? {a: &a [b]}\n: *a\nconfig:\n  ? *a\n  : 1\n",
    ]

  @Test(
    "are refused or read, soon, and what is read of a configuration is JSON", arguments: [UInt64(21), 22])
  func randomTexts(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let file = SettingsFile(library: "libGreeting.so")
    var accepted = 0
    for round in 0..<5_000 {
      let text = Self.damaged(Self.seeds[round % Self.seeds.count], &random)
      var settings = LibrarySettings()
      let start = try ThreadTime.now()
      let isRead = (try? file.read(text, into: &settings)) != nil
      let time = try ThreadTime.now() - start
      #expect(time < .seconds(1), "seed \(seed), round \(round): \(text.debugDescription)")
      guard isRead else { continue }
      accepted += 1
      let json = try? JSONSerialization.jsonObject(with: Data(settings.agents.configuration.utf8))
      #expect(json is [String: Any], "seed \(seed), round \(round): \(text.debugDescription)")
    }
    #expect((500..<4_500).contains(accepted), "\(accepted)")
  }

  @Test("names that stand for ever more are refused at once, also as keys")
  func bombs() throws {
    let names = "abcdefghijklmnopqrstuvwxyz".map(String.init)
    for (open, close) in [("[", "]"), ("? [", "]"), ("{x: ", "}")] {
      var text = "config:\n  a: &a [x, x, x, x, x, x, x, x, x]\n"
      for (name, before) in zip(names.dropFirst(), names) {
        let content =
          open == "{x: "
          ? "[*\(before), *\(before)]" : Array(repeating: "*\(before)", count: 9).joined(separator: ", ")
        text +=
          open.hasPrefix("?")
          ? "  ? &\(name) [\(content)]\n  : x\n" : "  \(name): &\(name) \(open)\(content)\(close)\n"
      }
      var settings = LibrarySettings()
      let start = try ThreadTime.now()
      #expect(throws: LibraryError.self) {
        try SettingsFile(library: "libGreeting.so").read(text, into: &settings)
      }
      #expect(try ThreadTime.now() - start < .seconds(1))
    }
  }

  private static func damaged(_ text: String, _ random: inout SeededGenerator) -> String {
    var scalars = Array(text.unicodeScalars)
    for _ in 0..<Int.random(in: 1...2, using: &random) {
      let place = Int.random(in: 0...scalars.count, using: &random)
      let end = min(scalars.count, place + Int.random(in: 1...6, using: &random))
      switch Int.random(in: 0..<4, using: &random) {
      case 0: scalars.removeSubrange(place..<end)
      case 1: scalars.insert(contentsOf: Array(scalars[place..<end]), at: place)
      case 2:
        scalars.replaceSubrange(
          place..<end, with: Array(pieces.randomElement(using: &random)?.unicodeScalars ?? "".unicodeScalars))
      default:
        let piece = pieces.randomElement(using: &random) ?? ""
        let count = random.chance(50) ? 400 : 1
        scalars.insert(contentsOf: Array(String(repeating: piece, count: count).unicodeScalars), at: place)
      }
    }
    var result = String.UnicodeScalarView()
    result.append(contentsOf: scalars)
    return String(result)
  }
}

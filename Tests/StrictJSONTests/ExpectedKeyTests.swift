import RandomJSON
import SeededGenerator
import StrictJSON
import Testing

/// What is expected is passed over faster, and nothing else is different.
@Suite struct ExpectedKeyTests {
  private static let names: [StaticString] = ["a", "text", "averylongplainstring", "b"]
  private static let keys = names.map { ExpectedKey($0) }

  /// Where a scan of one value came to, and what ended it.
  private struct Outcome: Equatable {
    var span: ByteSpan?
    var position = 0
    var error: JSONError?
  }

  private func outcome(
    _ bytes: [UInt8], mode: JSONScanner.Mode, _ scan: (inout JSONScanner) throws(JSONError) -> ByteSpan
  ) -> Outcome {
    bytes.withUnsafeBytes { bytes in
      var scanner = JSONScanner(bytes, mode: mode, maximumDepth: 4)
      do throws(JSONError) {
        let span = try scan(&scanner)
        let position = scanner.position
        try scanner.finish()
        return Outcome(span: span, position: position)
      } catch {
        return Outcome(error: error)
      }
    }
  }

  /// Objects that begin as they are expected to, and go on as they like.
  private func objects(_ random: inout RandomJSON) -> String {
    let objects = (0..<Int.random(in: 0...3, using: &random.generator)).map { _ in
      let known = Self.names.prefix(Int.random(in: 0...4, using: &random.generator)).map {
        "\"\($0)\"\(random.space()):\(random.value(depth: 2))"
      }
      let more = random.generator.chance(2) ? [] : ["\(random.string()):\(random.value(depth: 1))"]
      return random.generator.chance(8)
        ? random.value(depth: 2) : "{" + random.space() + (known + more).joined(separator: ",") + "}"
    }
    return random.space() + "[" + objects.joined(separator: ",") + "]" + random.space()
  }

  @Test(arguments: [UInt64(31), 32])
  func `A list of objects ends where any value does, or is refused for the same`(seed: UInt64) {
    var random = RandomJSON(seed: seed)
    var accepted = 0
    for round in 0..<20_000 {
      var bytes = Array((random.generator.chance(10) ? random.value(depth: 3) : objects(&random)).utf8)
      if round % 2 == 0 { bytes = random.damaged(bytes) }
      let mode: JSONScanner.Mode = round % 3 == 0 ? .agent : .inbound
      let open = Int.random(in: 0...4, using: &random.generator)
      let expected = outcome(bytes, mode: mode) { scanner throws(JSONError) in
        try scanner.value(openContainers: open)
      }
      let found = outcome(bytes, mode: mode) { scanner throws(JSONError) in
        try scanner.objects(expecting: Self.keys, openContainers: open)
      }
      accepted += expected.error == nil ? 1 : 0
      guard found == expected else {
        Issue.record("round \(round), \(open) open: \(String(decoding: bytes, as: UTF8.self))")
        return
      }
    }
    #expect((3_000..<18_000).contains(accepted))
  }

  private func passes(_ key: ExpectedKey, in text: String) -> Int? {
    Array(text.utf8).withUnsafeBytes { bytes in
      var scanner = JSONScanner(bytes, mode: .inbound, maximumDepth: 4)
      return scanner.skip(key) ? scanner.position : nil
    }
  }

  @Test(arguments: names)
  func `A key is passed over where it stands as it is, to its colon`(name: StaticString) {
    let (key, rest) = (ExpectedKey(name), "1" + String(repeating: " ", count: 24))
    let length = name.utf8CodeUnitCount + 3
    #expect(passes(key, in: "\"\(name)\":" + rest) == length)
    #expect(passes(key, in: " \n\"\(name)\":" + rest) == length + 2)
    for other in [
      "\"\(name)x\":", "\"x\(name)\":", "\"\(name)\" :", "'\(name)\":", "\"\(name)\";", "\"\":", "",
    ] {
      #expect(passes(key, in: other + rest) == nil, "\(other)")
    }
    // There is less left than is looked at.
    #expect(passes(key, in: "\"\(name)\":") == nil || length >= 24)
  }
}

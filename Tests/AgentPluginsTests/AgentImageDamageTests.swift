import AgentPlugins
import SeededGenerator
import TestLibrary
import Testing

@Suite("Damaged and hostile libraries")
struct AgentImageDamageTests {
  @Test("every truncation is found")
  func truncations() throws {
    let library = try TestLibrary.sound.get()
    #expect(throws: AgentImageError.empty) { try AgentImage(reading: [UInt8]()) }
    for length in stride(from: 64, to: library.count, by: 64) + [1, 3, 63, library.count - 1] {
      #expect(throws: AgentImageError.self, "cut to \(length) of \(library.count)") {
        try AgentImage(reading: Array(library.prefix(length)))
      }
    }
  }

  @Test("random damage is refused or harmless, and never traps")
  func mutations() throws {
    var random = SeededGenerator(seed: 0x5eed)
    let sound = try TestLibrary.sound.get()
    var library = sound
    var (accepted, refused) = (0, 0)
    for _ in 0..<20_000 {
      let places = (0...Int.random(in: 0..<8, using: &random)).map { _ in Self.place(in: sound, &random) }
      for place in places { library[place] = Self.hostileByte(&random) }
      do {
        _ = try AgentImage(reading: library)
        accepted += 1
      } catch {
        #expect(!error.description.isEmpty)
        refused += 1
      }
      for place in places { library[place] = sound[place] }
    }
    #expect(accepted > 100)
    #expect(refused > 5_000)
  }

  /// Mostly where the tables are: at the beginning and at the end.
  private static func place(in library: [UInt8], _ random: inout SeededGenerator) -> Int {
    switch Int.random(in: 0..<4, using: &random) {
    case 0: Int.random(in: 0..<64, using: &random)
    case 1: Int.random(in: 0..<2_048, using: &random)
    case 2: library.count - Int.random(in: 1...2_048, using: &random)
    default: Int.random(in: 0..<library.count, using: &random)
    }
  }

  private static func hostileByte(_ random: inout SeededGenerator) -> UInt8 {
    [0, 1, 0x7f, 0x80, 0xff, UInt8.random(in: 0...255, using: &random)].randomElement(using: &random) ?? 0
  }

  @Test("numbers at their limits in every field of the header and the first tables do not trap")
  func limits() throws {
    let sound = try TestLibrary.sound.get()
    var refused = 0
    for place in 0..<1_024 {
      for width in [2, 4, 8] {
        var library = sound
        library.replaceSubrange(place..<(place + width), with: repeatElement(0xff, count: width))
        do { _ = try AgentImage(reading: library) } catch { refused += 1 }
      }
    }
    #expect(refused > 300)
  }
}

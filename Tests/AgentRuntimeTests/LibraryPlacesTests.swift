import AgentPlugins
import Testing

@testable import AgentRuntime

@Suite("Which libraries are for which worker")
struct LibraryPlacesTests {
  private static let error = LibraryError(
    file: "b.so", step: .settings, expected: "YAML", found: "none", advice: "correct it")

  private func library(_ file: String, _ settings: LibrarySettings = .init()) -> FoundLibrary {
    FoundLibrary(file: file, settings: .success(settings))
  }

  private func unreadable(_ file: String) -> FoundLibrary {
    FoundLibrary(file: file, settings: .failure(Self.error))
  }

  @Test func eachPlaceHasItsOwn() {
    let found = [
      library("a.so"), library("b.so", .init(place: "x")), library("c.so", .init(place: "y")),
      library("d.so", .init(place: "x", concurrency: 3)),
    ]
    var main = LibraryPlaces(place: nil)
    let look = main.look(at: found)
    #expect(look.here.map(\.file) == ["a.so"])
    #expect(look.places == ["x", "y"])
    var isolated = LibraryPlaces(place: "x")
    #expect(isolated.look(at: found).here.map(\.file) == ["b.so", "d.so"])
    #expect(isolated.look(at: found).here.map(\.settings.concurrency) == [nil, 3])
  }

  @Test func whatCannotBeReadChangesNothingOfWhatRuns() {
    var main = LibraryPlaces(place: nil)
    var isolated = LibraryPlaces(place: "x")
    let sound = [library("a.so"), library("b.so", .init(place: "x"))]
    _ = main.look(at: sound)
    _ = isolated.look(at: sound)
    let found = [library("a.so"), unreadable("b.so")]
    #expect(main.look(at: found).places == ["x"])
    #expect(main.look(at: found).refused == [])
    let look = isolated.look(at: found)
    #expect(look.here.isEmpty)
    #expect(look.stays("b.so"))
    #expect(look.refused == [Self.error])
  }

  @Test func whatCouldNeverBeReadIsRefusedByTheMainPlace() {
    var main = LibraryPlaces(place: nil)
    var isolated = LibraryPlaces(place: "x")
    let look = main.look(at: [unreadable("b.so")])
    #expect(look.refused == [Self.error])
    #expect(!look.stays("b.so"))
    #expect(isolated.look(at: [unreadable("b.so")]).refused == [])
  }

  @Test func aLibraryThatIsGoneIsForgotten() {
    var main = LibraryPlaces(place: nil)
    _ = main.look(at: [library("b.so", .init(place: "x"))])
    #expect(main.look(at: []).places == [])
    #expect(main.look(at: [unreadable("b.so")]).refused == [Self.error])
  }

  @Test(
    "what is disabled is nowhere, and told by the main place; also when its file can't be read afterwards")
  func disabled() {
    var settings = LibrarySettings(place: "x")
    var main = LibraryPlaces(place: nil)
    var isolated = LibraryPlaces(place: "x")
    _ = main.look(at: [library("a.so"), library("b.so", settings)])
    _ = isolated.look(at: [library("a.so"), library("b.so", settings)])
    settings.isEnabled = false
    let found = [library("a.so"), library("b.so", settings)]
    let look = main.look(at: found)
    #expect(look.disabled == ["b.so"])
    #expect(look.places == [] && look.refused == [])
    let other = isolated.look(at: found)
    #expect(other.here.isEmpty && other.disabled == [] && !other.stays("b.so"))
    #expect(main.look(at: [unreadable("b.so")]).places == [])
    #expect(isolated.look(at: [unreadable("b.so")]).here.isEmpty)
  }

  @Test func aPlaceTooManyIsRefused() {
    let found = (0...PlaceName.maximumCount).map { number in
      library("\(number).so", LibrarySettings(place: "p\(number + 100)"))
    }
    var main = LibraryPlaces(place: nil)
    let look = main.look(at: found)
    #expect(look.places.count == PlaceName.maximumCount)
    #expect(look.refused.map(\.file) == ["\(PlaceName.maximumCount).so"])
  }
}

import AgentPlugins

/// Which libraries of the folder are for this worker: those of its place.
///
/// Where the file beside a library can't be read, the library is refused, and what was said last still counts: what
/// runs goes on, here or at its isolated place.
struct LibraryPlaces {
  /// What one look has come to.
  struct Look {
    /// To be served here, with what is said about each.
    var here: [(file: String, settings: LibrarySettings)] = []
    /// Not to be loaded, as operators say. Told by the main place, whose worker is always there.
    var disabled: [String] = []
    /// Not looked at, for these reasons.
    var refused: [LibraryError] = []
    /// The isolated places of the folder's libraries, in order.
    var places: [String] = []
    /// Refused, but what runs of them goes on.
    fileprivate var kept: Set<String> = []

    /// Whether what runs of a library goes on here.
    func stays(_ file: String) -> Bool { kept.contains(file) || here.contains { $0.file == file } }
  }

  /// Nil is the main place.
  private let place: String?
  private var known: [String: LibrarySettings] = [:]

  init(place: String?) {
    self.place = place
  }

  mutating func look(at found: [FoundLibrary]) -> Look {
    var look = Look()
    let files = Set(found.map(\.file))
    known = known.filter { files.contains($0.key) }
    for library in found {
      switch library.settings {
      case .success(let settings):
        known[library.file] = settings
        if !settings.isEnabled {
          if place == nil { look.disabled.append(library.file) }
        } else if settings.place == place {
          look.here.append((library.file, settings))
        }
      case .failure(let error): refuse(library.file, error, in: &look)
      }
    }
    let places = Set(known.values.filter(\.isEnabled).compactMap(\.place)).sorted()
    look.places = Array(places.prefix(PlaceName.maximumCount))
    if place == nil { refuseBeyond(look.places, in: &look) }
    return look
  }

  /// Said by the workers of its place, and of a library that was never readable by the main one.
  private func refuse(_ file: String, _ error: LibraryError, in look: inout Look) {
    guard (known[file] ?? LibrarySettings()).place == place else { return }
    look.refused.append(error)
    if known[file] != nil { look.kept.insert(file) }
  }

  /// Nobody serves what lies at a place too many.
  private func refuseBeyond(_ places: [String], in look: inout Look) {
    for (file, settings) in known.sorted(by: { $0.key < $1.key }) {
      guard settings.isEnabled, let place = settings.place, !places.contains(place) else { continue }
      look.refused.append(
        LibraryError(
          file: file, step: .settings, expected: "at most \(PlaceName.maximumCount) isolated places",
          found: "\"\(place)\" beyond them", advice: "put libraries into groups"))
    }
  }
}

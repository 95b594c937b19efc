import Synchronization

/// Whether a type is one of Foundation's; small enough to lie in the free bits of an address.
enum TypeVerdict: UInt, CaseIterable {
  case none = 1, data, url, decimal

  init(_ foreign: ForeignType?) {
    self =
      switch foreign {
      case nil: .none
      case .data: .data
      case .url: .url
      case .decimal: .decimal
      }
  }

  var foreignType: ForeignType? {
    switch self {
    case .none: nil
    case .data: .data
    case .url: .url
    case .decimal: .decimal
    }
  }
}

/// What was found of types, for whoever asks again. A type may be forgotten for another of the same place: it is then looked
/// at anew. Thread-safe without a lock: the type and what was found of it are one word.
struct KnownTypes: ~Copyable {
  private static let capacity = 128
  /// A type's address is that of an aligned record.
  private static let verdictBits: UInt = 7

  private let places = InlineArray<128, Atomic<UInt>> { _ in Atomic(0) }

  func verdict(of type: Any.Type) -> TypeVerdict? {
    guard let address = Self.address(of: type) else { return nil }
    let word = places[Self.place(of: address)].load(ordering: .relaxed)
    return word & ~Self.verdictBits == address ? TypeVerdict(rawValue: word & Self.verdictBits) : nil
  }

  func note(_ verdict: TypeVerdict, of type: Any.Type) {
    guard let address = Self.address(of: type) else { return }
    places[Self.place(of: address)].store(address | verdict.rawValue, ordering: .relaxed)
  }

  private static func address(of type: Any.Type) -> UInt? {
    let address = UInt(bitPattern: ObjectIdentifier(type))
    return address & verdictBits == 0 ? address : nil
  }

  /// Records lie at some distance from each other; the lowest bits say little.
  private static func place(of address: UInt) -> Int {
    Int(truncatingIfNeeded: (address >> 3 ^ address >> 11) % UInt(capacity))
  }
}

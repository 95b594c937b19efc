import AgentEnvelope
import AgentStreams
import Glibc
import RedisClient

/// What this worker has written lately, and what a scan of it finds: where the next hop is here as well, its envelope comes
/// back as it was written, and need not be scanned.
///
/// Nothing depends on it. What is taken is only what is the same byte for byte, so it may forget as it likes.
@IOActor
final class WrittenEnvelopes {
  /// A power of two, several times what may be on its way.
  nonisolated static let places = 2048
  /// So many are used, from the first on, while others read most of what is written here: what is never taken would only
  /// displace, in the processor's caches, what is used. A power of two as well.
  nonisolated static let fewestPlaces = 256
  /// After so many that were kept it is looked how many of them were taken.
  static let lookInterval = 1024
  /// Of all envelopes together.
  static let maximumBytes = 8 << 20
  /// Of one.
  static let longest = 1 << 20

  private var envelopes: ContiguousArray<ScannedEnvelope?>
  /// Of each of them.
  private var sizes: ContiguousArray<Int>
  private(set) var heldBytes = 0
  private(set) var usedPlaces = WrittenEnvelopes.places
  // The upper bits are kept: what differs little differs there.
  private var unusedBits: Int { Self.places.trailingZeroBitCount - usedPlaces.trailingZeroBitCount }
  /// Since the last look.
  private var kept = 0
  private var taken = 0

  nonisolated init() {
    envelopes = ContiguousArray(repeating: nil, count: Self.places)
    sizes = ContiguousArray(repeating: 0, count: Self.places)
  }

  /// Keeps an envelope until it is taken, or another takes its place.
  func keep(_ bytes: [UInt8], _ scan: Envelope) {
    let written = ScannedEnvelope(bytes: bytes, envelope: scan)
    let size = written.heldBytes
    guard !bytes.isEmpty, size <= Self.longest else { return }
    if heldBytes + size > Self.maximumBytes { forgetAll() }
    kept += 1
    if kept == Self.lookInterval { look() }
    let place = bytes.withUnsafeBytes(Self.place) >> unusedBits
    heldBytes += size - sizes[place]
    sizes[place] = size
    envelopes[place] = written
  }

  /// What a scan of a delivery's envelope finds; nil where that is not known.
  func take(from delivery: Delivery) -> Envelope? {
    guard let bytes = delivery.bytes else { return nil }
    defer { extendLifetime(delivery) }
    return take(bytes)
  }

  /// What a scan of these bytes finds; nil where that is not known.
  func take(_ bytes: UnsafeRawBufferPointer) -> Envelope? {
    let place = Self.place(of: bytes) >> unusedBits
    guard sizes[place] > 0, let known = envelopes[place]?.bytes, Self.areSame(known, bytes) else {
      return nil
    }
    taken += 1
    heldBytes -= sizes[place]
    sizes[place] = 0
    return envelopes[place].take()?.envelope
  }

  private func look() {
    let places = taken * 2 < kept ? Self.fewestPlaces : Self.places
    (kept, taken) = (0, 0)
    guard places != usedPlaces else { return }
    forgetAll()
    usedPlaces = places
  }

  private nonisolated static func areSame(_ known: [UInt8], _ bytes: UnsafeRawBufferPointer) -> Bool {
    guard known.count == bytes.count, let start = bytes.baseAddress else { return false }
    // SAFETY: both have so many bytes, and are held by the caller.
    return known.withUnsafeBytes { $0.baseAddress.map { memcmp($0, start, bytes.count) == 0 } ?? false }
  }

  private func forgetAll() {
    for place in envelopes.indices { (envelopes[place], sizes[place]) = (nil, 0) }
    heldBytes = 0
  }

  /// By the length, the words of the begin, where a message's ids are, and those of the end, where its times are.
  private nonisolated static func place(of bytes: UnsafeRawBufferPointer) -> Int {
    let (word, identity) = (MemoryLayout<UInt64>.size, 128)
    var hash = UInt64(truncatingIfNeeded: bytes.count)
    func mix(from offset: Int) {
      // SAFETY: the caller leaves a word's bytes from the offset on.
      let next = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      hash = (hash ^ next) &* 0x9E37_79B9_7F4A_7C15  // as Fibonacci hashing does
      hash ^= hash >> 32
    }
    for offset in stride(from: 0, through: min(bytes.count, identity) - word, by: word) { mix(from: offset) }
    for offset in [bytes.count - 2 * word, bytes.count - word] where offset >= 0 { mix(from: offset) }
    // What differs in the last word alone does so in the upper bits alone.
    return Int(hash >> UInt64(UInt64.bitWidth - places.trailingZeroBitCount))
  }
}

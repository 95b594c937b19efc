/// How many of a plugin's threads what is queued asks for.
///
/// A thread that is woken for little costs more than it brings: where pieces of work are short, few threads come to the end of
/// a queue as soon as many. A value, moved by what the work took.
struct ThreadDemand {
  /// Nanoseconds from which on a piece of work counts as slow: it may block, and has a thread of its own.
  private static let slow: UInt64 = 500_000
  /// Nanoseconds that one thread may take for all that is queued.
  static let patience: UInt64 = 2_000_000
  /// Of how many runs the mean is, about.
  private static let weight: UInt64 = 8

  /// Nanoseconds that a piece of work takes; nil where that is not known.
  private var mean: UInt64?

  /// A thread has done so many pieces of work in a run.
  mutating func worked(pieces: UInt64, nanoseconds: UInt64) {
    guard pieces > 0 else { return }
    let took = nanoseconds / pieces
    guard let mean else { return self.mean = took }
    // Work that has become slow is believed at once: it may block.
    self.mean = took > mean ? took : mean - (mean - took) / Self.weight
  }

  /// How many more are to come for so many pieces, where `helpers` are there or come anyhow. One for each piece where it is
  /// not known that work is short.
  func threads(for pieces: Int, beside helpers: Int) -> Int {
    guard let mean, mean < Self.slow, pieces > 0 else { return pieces }
    let wanted =
      (mean.multipliedReportingOverflow(by: UInt64(pieces)).partialValue + Self.patience - 1) / Self.patience
    return min(pieces, max(0, max(1, Int(wanted)) - helpers))
  }

  /// Pieces of work that a thread does one after the other.
  struct Run {
    /// After so many it is said what they took.
    private static let longest: UInt64 = 16

    private var pieces: UInt64 = 0
    private var start: UInt64 = 0
    private var last: UInt64 = 0

    /// Not after one piece that took long: on a busy machine it may have waited for a processor, and a thread for each that
    /// comes would have it wait longer.
    var isLong: Bool { pieces >= Self.longest || last - start > ThreadDemand.patience }

    mutating func begins() { if pieces == 0 { start = MonotonicClock.now() } }

    mutating func ended() {
      pieces += 1
      last = MonotonicClock.now()
    }

    mutating func tell(_ demand: inout ThreadDemand) {
      demand.worked(pieces: pieces, nanoseconds: last - start)
      pieces = 0
    }
  }
}

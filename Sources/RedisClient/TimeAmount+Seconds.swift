package import NIOCore

extension TimeAmount {
  /// As settings and messages give times; `seconds` must be finite, and fit.
  package static func fractional(seconds: Double) -> TimeAmount { .nanoseconds(Int64(seconds * 1e9)) }
}

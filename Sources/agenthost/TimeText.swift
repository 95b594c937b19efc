import Glibc

/// Points and lengths of time, for people.
enum TimeText {
  /// `2026-01-31 23:59:59`, in UTC; what is no such time as it is.
  static func utc(_ seconds: Double) -> String {
    // Anybody may have written the figure.
    guard seconds.magnitude < 1e11 else { return "\(seconds)" }
    var time = time_t(seconds)
    var parts = tm()
    gmtime_r(&time, &parts)
    var buffer = [CChar](repeating: 0, count: 32)
    let length = strftime(&buffer, buffer.count, "%Y-%m-%d %H:%M:%S", &parts)
    return String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// `1.05` for 0.00105 s.
  static func milliseconds(_ seconds: Double) -> String {
    // Anybody may have written the figure.
    guard seconds.magnitude < 1e9 else { return "\(seconds * 1000)" }
    let hundredths = Int((seconds * 100_000).rounded())
    let fraction = hundredths.magnitude % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
  }
}

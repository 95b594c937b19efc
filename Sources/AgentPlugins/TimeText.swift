import Glibc

/// Points and lengths of time, for people.
package enum TimeText {
  /// `2026-01-31 23:59:59`, in UTC; what is no such time as it is.
  package static func utc(_ seconds: Double) -> String {
    // Anybody may have written the figure.
    guard seconds.magnitude < 1e11 else { return "\(seconds)" }
    return text(time_t(seconds), "%Y-%m-%d %H:%M:%S")
  }

  /// `2026-01-31T23:59:59.042Z`, for programs.
  package static func timestamp(_ seconds: Double) -> String {
    let milliseconds = Int(seconds * 1000)
    let fraction = String(milliseconds % 1000)
    let padding = String(repeating: "0", count: 3 - fraction.count)
    return text(milliseconds / 1000, "%Y-%m-%dT%H:%M:%S.") + padding + fraction + "Z"
  }

  private static func text(_ time: time_t, _ format: String) -> String {
    var time = time
    var parts = tm()
    gmtime_r(&time, &parts)
    var buffer = [CChar](repeating: 0, count: 32)
    let length = strftime(&buffer, buffer.count, format, &parts)
    return String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// `1.05` for 0.00105 s.
  package static func milliseconds(_ seconds: Double) -> String {
    // Anybody may have written the figure.
    guard seconds.magnitude < 1e9 else { return "\(seconds * 1000)" }
    let hundredths = Int((seconds * 100_000).rounded())
    let fraction = hundredths.magnitude % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
  }
}

/// Figures for people, short enough for a column.
package enum FigureText {
  /// `0.4s`, `12s`, `3m 20s`, `5h 10m`, `12d 3h`; what is no length of time is `-`.
  package static func age(_ seconds: Double?) -> String {
    // Anybody may have written the figure.
    guard let seconds, seconds >= 0, seconds < 1e11 else { return "-" }
    if seconds < 10 { return tenths(seconds) + "s" }
    let whole = Int(seconds)
    if whole < 60 { return "\(whole)s" }
    if whole < 3600 { return "\(whole / 60)m \(whole % 60)s" }
    if whole < 86_400 { return "\(whole / 3600)h \(whole % 3600 / 60)m" }
    return "\(whole / 86_400)d \(whole % 86_400 / 3600)h"
  }

  /// `0.3`, `87`, `1.2k`, `3.4M`; nil, what is not known, is `-`.
  package static func short(_ value: Double?) -> String {
    guard let value, value >= 0, value.isFinite else { return "-" }
    if value == 0 { return "0" }
    if value < 9.95 { return tenths(value) }
    for (unit, scale) in [("", 1.0), ("k", 1e3), ("M", 1e6), ("G", 1e9)] {
      let scaled = value / scale
      if scaled < 9.95, scale > 1 { return tenths(scaled) + unit }
      if scaled < 999.5 { return "\(Int(scaled.rounded()))\(unit)" }
    }
    return ">999G"
  }

  /// A number of things: whole while it is short.
  package static func count(_ count: Int) -> String {
    (0..<1000).contains(count) ? "\(count)" : short(Double(count))
  }

  package static func bytes(_ count: Int) -> String {
    if count < 1024 { return "\(max(0, count)) B" }
    var scaled = Double(count)
    for unit in ["KiB", "MiB", "GiB", "TiB"] {
      scaled /= 1024
      if scaled < 1023.5 { return (scaled < 9.95 ? tenths(scaled) : "\(Int(scaled.rounded()))") + " \(unit)" }
    }
    return "\(Int(min(scaled, 1e15).rounded())) TiB"
  }

  /// `0.08ms`, `12ms`, `3.4s`.
  package static func duration(_ seconds: Double?) -> String {
    guard let seconds, seconds >= 0, seconds < 1e9 else { return "-" }
    if seconds >= 0.9995 { return seconds < 9.95 ? tenths(seconds) + "s" : age(seconds) }
    let milliseconds = seconds * 1000
    if milliseconds >= 9.95 { return "\(Int(milliseconds.rounded()))ms" }
    let hundredths = Int((milliseconds * 100).rounded())
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)ms"
  }

  /// `1 message`, `2 messages`.
  package static func count(_ count: Int, _ what: String) -> String {
    "\(count) \(what)\(count == 1 ? "" : "s")"
  }

  private static func tenths(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}

/// Figures of one kind, as Prometheus reads them.
struct MetricFamily: Sendable, Equatable {
  enum Kind: String, Sendable {
    case counter, gauge, histogram
  }

  struct Sample: Sendable, Equatable {
    /// Behind the family's name.
    var suffix = ""
    var labels: [Label]
    var value: Double
  }

  struct Label: Sendable, Equatable {
    let name: String
    let value: String

    init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  let name: String
  let kind: Kind
  let help: String
  var samples: [Sample] = []

  init(_ name: String, _ kind: Kind, _ help: String) {
    self.name = name
    self.kind = kind
    self.help = help
  }

  mutating func add(_ value: Double, _ labels: Label...) {
    samples.append(Sample(labels: labels, value: value))
  }

  /// `counts` are of what lies between two bounds, the last of what lies above all.
  mutating func add(histogram counts: [Int], bounds: [Double], sum: Double, _ labels: Label...) {
    // Anybody may have written the counts of another worker.
    var total = 0.0
    for (index, count) in counts.enumerated() {
      total += Double(count)
      let bound = index < bounds.count ? Self.text(bounds[index]) : "+Inf"
      samples.append(Sample(suffix: "_bucket", labels: labels + [Label("le", bound)], value: total))
    }
    samples.append(Sample(suffix: "_sum", labels: labels, value: sum))
    samples.append(Sample(suffix: "_count", labels: labels, value: total))
  }

  /// In Prometheus' text format, version 0.0.4. A family without samples is not there.
  static func text(_ families: [MetricFamily]) -> String {
    var text = ""
    for family in families where !family.samples.isEmpty {
      text += "# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.kind.rawValue)\n"
      for sample in family.samples {
        text += family.name + sample.suffix
        if !sample.labels.isEmpty {
          let labels = sample.labels.map { "\($0.name)=\"\(escaped($0.value))\"" }
          text += "{\(labels.joined(separator: ","))}"
        }
        text += " \(Self.text(sample.value))\n"
      }
    }
    return text
  }

  private static func text(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    return value == value.rounded() && value.magnitude < 1e15 ? String(Int(value)) : String(value)
  }

  private static func escaped(_ value: String) -> String {
    var text = ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\\": text += "\\\\"
      case "\"": text += "\\\""
      case "\n": text += "\\n"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

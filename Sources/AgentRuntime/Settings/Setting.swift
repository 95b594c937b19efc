/// One row of the settings table: its names, its unit, and how its text is read.
package struct Setting: Sendable {
  package let environment: String
  package let unit: String
  package let meaning: String
  /// Reads `text` into the settings, or says what is wrong with it.
  let read: @Sendable (_ text: String, inout Settings) -> String?
  /// The value as text, for the default.
  let show: @Sendable (Settings) -> String

  static func text(
    _ environment: String, _ path: any WritableKeyPath<Settings, String> & Sendable, meaning: String,
    check: @escaping @Sendable (String) -> String? = { _ in nil }
  ) -> Setting {
    Setting(
      environment: environment, unit: "text", meaning: meaning,
      read: { text, settings in
        if let problem = check(text) { return problem }
        settings[keyPath: path] = text
        return nil
      },
      show: { $0[keyPath: path] })
  }

  static func integer(
    _ environment: String, _ path: any WritableKeyPath<Settings, Int> & Sendable, in range: ClosedRange<Int>,
    unit: String, meaning: String
  ) -> Setting {
    Setting(
      environment: environment, unit: unit, meaning: meaning,
      read: { text, settings in
        guard let value = Int(text), range.contains(value) else {
          return "expected a whole number from \(range.lowerBound) to \(range.upperBound) (\(unit))"
        }
        settings[keyPath: path] = value
        return nil
      },
      show: { String($0[keyPath: path]) })
  }

  static func seconds(
    _ environment: String, _ path: any WritableKeyPath<Settings, Double> & Sendable,
    in range: ClosedRange<Double>,
    meaning: String
  ) -> Setting {
    Setting(
      environment: environment, unit: "seconds", meaning: meaning,
      read: { text, settings in
        // Double reads hexadecimal too, and names like "inf".
        guard text.allSatisfy({ "0123456789.eE+-".contains($0) }), let value = Double(text), value.isFinite,
          range.contains(value)
        else {
          return "expected a number of seconds from \(range.lowerBound) to \(range.upperBound)"
        }
        settings[keyPath: path] = value
        return nil
      },
      show: { String($0[keyPath: path]) })
  }
}

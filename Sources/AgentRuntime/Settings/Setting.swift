/// One row of the settings table: its names, its unit, and how its text is read.
package struct Setting: Sendable {
  /// What can be said, for a schema.
  package enum Kind: Sendable, Equatable {
    case text
    case choice([String])
    case integer(ClosedRange<Int>)
    case seconds(ClosedRange<Double>)
  }

  package let environment: String
  /// Where it stands in a file of settings, by the keys that lead there with dots between them; nil: not there.
  package let key: String?
  package let kind: Kind
  package let unit: String
  package let meaning: String
  /// Reads `text` into the settings, or says what is wrong with it.
  let read: @Sendable (_ text: String, inout Settings) -> String?
  /// The value as text, for the default.
  package let show: @Sendable (Settings) -> String

  static func text(
    _ environment: String, _ key: String?, _ path: any WritableKeyPath<Settings, String> & Sendable,
    meaning: String,
    check: @escaping @Sendable (String) -> String? = { _ in nil }
  ) -> Setting {
    Setting(
      environment: environment, key: key, kind: .text, unit: "text", meaning: meaning,
      read: { text, settings in
        if let problem = check(text) { return problem }
        settings[keyPath: path] = text
        return nil
      },
      show: { $0[keyPath: path] })
  }

  static func choice(
    _ environment: String, _ key: String?, _ path: any WritableKeyPath<Settings, String> & Sendable,
    of choices: [String], meaning: String
  ) -> Setting {
    Setting(
      environment: environment, key: key, kind: .choice(choices), unit: "text", meaning: meaning,
      read: { text, settings in
        guard choices.contains(text) else { return "expected one of \(choices.joined(separator: ", "))" }
        settings[keyPath: path] = text
        return nil
      },
      show: { $0[keyPath: path] })
  }

  static func integer(
    _ environment: String, _ key: String?, _ path: any WritableKeyPath<Settings, Int> & Sendable,
    in range: ClosedRange<Int>,
    unit: String, meaning: String
  ) -> Setting {
    Setting(
      environment: environment, key: key, kind: .integer(range), unit: unit, meaning: meaning,
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
    _ environment: String, _ key: String?, _ path: any WritableKeyPath<Settings, Double> & Sendable,
    in range: ClosedRange<Double>,
    meaning: String
  ) -> Setting {
    Setting(
      environment: environment, key: key, kind: .seconds(range), unit: "seconds", meaning: meaning,
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

/// One life of a worker. A pid is used again and repeats in containers; this never does.
package struct Incarnation: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }

  /// Sixteen hexadecimal digits from the system's generator.
  package static func random() -> Incarnation {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    return Incarnation(String(repeating: "0", count: 16 - digits.count) + digits)
  }
}

import AgentStatistics

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What one agent of a session keeps for the next.
enum StatisticsState {
  static func encode(_ statistics: Statistics) throws -> [UInt8] {
    [UInt8](try JSONEncoder().encode(statistics))
  }

  static func decode(_ bytes: [UInt8]) throws -> Statistics {
    try JSONDecoder().decode(Statistics.self, from: Data(bytes))
  }
}

enum Clock {
  /// Seconds since 1970.
  static func now() -> Double { Date().timeIntervalSince1970 }
}

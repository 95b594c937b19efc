/// One question that is asked about an installation.
package struct Check: Sendable {
  package let name: String
  /// Whether it can be answered only by what the server says.
  package let needsServer: Bool
  private let find: @Sendable (Examination) -> [Finding]

  /// A question about settings and this machine.
  static func local(_ name: String, _ find: @escaping @Sendable (Examination) -> [Finding]) -> Check {
    Check(name: name, needsServer: false, find: find)
  }

  /// A question about the server.
  static func server(
    _ name: String, _ find: @escaping @Sendable (ServerReading, Examination) -> [Finding]
  ) -> Check {
    Check(name: name, needsServer: true) { examination in
      examination.server.map { find($0, examination) } ?? []
    }
  }

  /// A question about all that works by the server.
  static func system(
    _ name: String, _ find: @escaping @Sendable (SystemReading, Examination) -> [Finding]
  ) -> Check {
    Check(name: name, needsServer: true) { examination in
      examination.system.map { find($0, examination) } ?? []
    }
  }

  package func findings(_ examination: Examination) -> [Finding] {
    find(examination).map { finding in
      var named = finding
      named.name = name
      return named
    }
  }

  /// All of them.
  package static let all: [Check] = settings + folders + server + workers + libraries + roles + orphans
}

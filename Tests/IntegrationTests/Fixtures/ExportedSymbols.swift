/// What a library shows to the process that loads it.
enum ExportedSymbols {
  static func names(of library: String) async throws -> [String] {
    let symbols = try await Finished.program("nm", ["-D", "--defined-only", library])
    guard symbols.status == 0 else { throw FixtureFailure("nm \(library) said: \(symbols.errors)") }
    return symbols.output.split(separator: "\n").compactMap { $0.split(separator: " ").last.map(String.init) }
  }
}

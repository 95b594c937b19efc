import AgentPlugins
import Glibc
import StrictJSON

/// Writes the names of functions into a report of a crash: in a process of its own, since the names and tables that it
/// reads are an agent's, and whoever reads them must be nobody whose end would matter.
package enum Symbolication {
  /// Seconds after which the process ends, done or not.
  package static let limit: UInt32 = 20
  /// Bytes of a report that are read.
  private static let maximumReport = 4 << 20

  /// `libraries` is the folder with the private copies, each named by its hash.
  package static func symbolicate(report path: String, libraries: String) throws {
    let report = try RegularFile.read(path, maximumBytes: maximumReport)
    let value = try report.withUnsafeBytes { try JSONValue.parse($0, maximumDepth: 8) }
    var tables = SymbolTables(folder: libraries, images: value["images"]?.elements ?? [])
    guard case .object(let members) = value else { return }
    let named = members.map { member in
      ["frames", "on_stack"].contains(member.name)
        ? JSONValue.Member(member.name, .array((member.value.elements ?? []).map { tables.named($0) }))
        : member
    }
    var bytes: [UInt8] = []
    JSONValue.object(named).write(into: &bytes)
    bytes.append(UInt8(ascii: "\n"))
    try DurableFile.replace(path, by: bytes, mode: 0o600)
  }
}

/// The tables of the libraries that a report's frames lie in, each read once.
private struct SymbolTables {
  let folder: String
  private var hashes: [String: String] = [:]
  private var tables: [String: SymbolTable?] = [:]

  init(folder: String, images: [JSONValue]) {
    self.folder = folder
    for image in images {
      guard let file = image["file"]?.string, let hash = image["hash"]?.string, Self.isHash(hash) else {
        continue
      }
      hashes[file] = hash
    }
  }

  /// `file+0xoffset` with its function; anything else stays as it is.
  mutating func named(_ frame: JSONValue) -> JSONValue {
    guard let text = frame.string, let plus = text.lastIndex(of: "+"),
      let offset = UInt64(text[text.index(after: plus)...].dropFirst(2), radix: 16),
      let place = table(of: String(text[..<plus]))?.place(at: offset)
    else { return frame }
    return .string("\(text) \(LogText.escaped(place.function)) + \(place.distance)")
  }

  private mutating func table(of file: String) -> SymbolTable? {
    guard let hash = hashes[file] else { return nil }
    if let table = tables[file] { return table }
    // What cannot be read has no names.
    let bytes = try? RegularFile.read("\(folder)/\(hash).so", maximumBytes: LibraryStore.maximumBytes)
    let table = bytes.flatMap { try? SymbolTable(reading: $0) }
    tables[file] = .some(table)
    return table
  }

  private static func isHash(_ text: String) -> Bool {
    text.utf8.count == 64 && text.allSatisfy { $0.isHexDigit }
  }
}

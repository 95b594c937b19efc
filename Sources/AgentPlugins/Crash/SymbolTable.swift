import Glibc

/// The functions of a library, by where they lie in its image: what a crash report shows instead of bare addresses.
///
/// From the table of all symbols, or, where that was stripped, from what the library exports. Nothing of the file is
/// trusted, and its names are only read: they may be anything.
package struct SymbolTable {
  package struct Place: Equatable {
    /// As the library spells it, or demangled where it is Swift's.
    package var function: String
    /// Bytes from the function's beginning.
    package var distance: UInt64
  }

  private struct Function {
    var address, size, name: UInt64
  }

  /// Symbols that are read of one library.
  private static let maximumSymbols: UInt64 = 2_000_000
  /// Bytes of a name that are read.
  private static let maximumName = 4_096

  private let bytes: [UInt8]
  private let functions: [Function]
  private let segments: [ELFFile.Segment]
  private let endOfNames: UInt64

  package init(reading bytes: [UInt8]) throws(AgentImageError) {
    var result: Result<([Function], [ELFFile.Segment], UInt64), AgentImageError> = .failure(.empty)
    bytes.withUnsafeBytes { raw in
      result = Result { () throws(AgentImageError) in
        let file = try ELFFile(raw)
        let (functions, end) = try Self.functions(of: file)
        return (functions, file.segments, end)
      }
    }
    (functions, segments, endOfNames) = try result.get()
    self.bytes = bytes
  }

  /// The function that `offset`, from where the image begins, lies in; nil where none is known.
  package func place(at offset: UInt64) -> Place? {
    let loaded = segments.filter { $0.type == ELFLayout.Segment.load }
    let address = (loaded.map(\.address).min() ?? 0) &+ offset
    guard loaded.contains(where: { $0.holdsCode(at: address) }) else { return nil }
    var low = 0
    var high = functions.count
    while low < high {
      let middle = (low + high) / 2
      if functions[middle].address <= address { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    let function = functions[low - 1]
    let distance = address - function.address
    // Some assembly says no size: then the next function ends it.
    guard function.size == 0 || distance < function.size, let name = name(at: function.name) else {
      return nil
    }
    return Place(function: Self.demangled(name), distance: distance)
  }

  private static func functions(of file: ELFFile) throws(AgentImageError) -> ([Function], UInt64) {
    typealias Field = ELFLayout.Symbol
    let tables = [ELFLayout.Section.symbols, ELFLayout.Section.dynamicSymbols]
    let table = tables.lazy.compactMap { type in file.sections.first { $0.type == type } }.first
    guard let table, Int(table.link) < file.sections.count else { return ([], 0) }
    let names = file.sections[Int(table.link)]
    var functions: [Function] = []
    for index in 0..<min(table.size / Field.size, maximumSymbols) {
      let start = table.offset + index * Field.size
      let info = try file.bytes.load(UInt8.self, at: start + Field.info, in: .symbols)
      let section = try file.bytes.load(UInt16.self, at: start + Field.section, in: .symbols)
      guard info & 0xf == Field.function, section != 0 else { continue }
      let name = UInt64(try file.bytes.load(UInt32.self, at: start, in: .symbols))
      functions.append(
        Function(
          address: try file.bytes.load(UInt64.self, at: start + Field.value, in: .symbols),
          size: try file.bytes.load(UInt64.self, at: start + Field.byteCount, in: .symbols),
          name: names.offset &+ name))
    }
    functions.sort { ($0.address, $0.name) < ($1.address, $1.name) }
    return (functions, names.offset + names.size)
  }

  /// Up to its zero byte; nil where it lies outside of the names.
  private func name(at offset: UInt64) -> String? {
    guard offset < endOfNames, endOfNames <= UInt64(bytes.count) else { return nil }
    let name = bytes[Int(offset)..<Int(endOfNames)].prefix(Self.maximumName).prefix { $0 != 0 }
    return name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
  }

  private typealias Demangle =
    @convention(c) (
      UnsafePointer<CChar>?, Int, UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<Int>?, UInt32
    ) -> UnsafeMutablePointer<CChar>?

  /// By the runtime itself, whose function for it no header declares.
  private static func demangled(_ name: String) -> String {
    guard name.hasPrefix("$s"), let symbol = dlsym(nil, "swift_demangle") else { return name }
    // SAFETY: this has been the function's type for as long as the runtime's interface is stable.
    let demangle = unsafeBitCast(symbol, to: Demangle.self)
    guard let text = demangle(name, name.utf8.count, nil, nil, 0) else { return name }
    defer { free(text) }
    return String(cString: text)
  }
}

extension ELFFile {
  /// The names of the symbols that pointers in the file are filled with when it is loaded, by their addresses.
  func importedPointers() throws(AgentImageError) -> [UInt64: String] {
    typealias Field = ELFLayout.Relocation
    guard let symbols = sections.first(where: { $0.type == ELFLayout.Section.dynamicSymbols }),
      Int(symbols.link) < sections.count
    else { return [:] }
    let names = sections[Int(symbols.link)]
    var pointers: [UInt64: String] = [:]
    for table in sections where table.type == ELFLayout.Section.relocations {
      let whole = table.size - table.size % Field.size
      for start in stride(from: table.offset, to: table.offset + whole, by: Int(Field.size)) {
        let symbol = try bytes.load(UInt64.self, at: start + Field.info, in: .section) >> 32
        guard symbol != 0, symbol < symbols.size / ELFLayout.Symbol.size else { continue }
        let name = try bytes.load(
          UInt32.self, at: symbols.offset + symbol * ELFLayout.Symbol.size, in: .symbols)
        let address = try bytes.load(UInt64.self, at: start, in: .section)
        pointers[address] = try bytes.text(
          at: names.offset + UInt64(name), before: names.offset + names.size, in: .symbols)
      }
    }
    return pointers
  }
}

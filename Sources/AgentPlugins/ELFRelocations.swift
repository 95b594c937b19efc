extension ELFFile {
  /// The name of the symbol that the pointer at `address` is filled with when the file is loaded; nil where none is.
  func importedSymbol(at address: UInt64) throws(AgentImageError) -> String? {
    typealias Field = ELFLayout.Relocation
    for table in sections where table.type == ELFLayout.Section.relocations {
      let whole = table.size - table.size % Field.size
      for start in stride(from: table.offset, to: table.offset + whole, by: Int(Field.size))
      where try bytes.load(UInt64.self, at: start, in: .section) == address {
        return try symbolName(try bytes.load(UInt64.self, at: start + Field.info, in: .section) >> 32)
      }
    }
    return nil
  }

  private func symbolName(_ index: UInt64) throws(AgentImageError) -> String? {
    guard let symbols = sections.first(where: { $0.type == ELFLayout.Section.dynamicSymbols }),
      Int(symbols.link) < sections.count, index != 0, index < symbols.size / ELFLayout.Symbol.size
    else { return nil }
    let names = sections[Int(symbols.link)]
    let name = try bytes.load(UInt32.self, at: symbols.offset + index * ELFLayout.Symbol.size, in: .symbols)
    return try bytes.text(
      at: names.offset + UInt64(name), before: names.offset + names.size, in: .symbols)
  }
}

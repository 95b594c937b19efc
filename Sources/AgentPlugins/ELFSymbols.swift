extension ELFFile {
  /// Refuses the file unless it exports `name` as a function within its own code.
  func requireFunction(named name: StaticString) throws(AgentImageError) {
    typealias Field = ELFLayout.Symbol
    guard let table = sections.first(where: { $0.type == ELFLayout.Section.dynamicSymbols }) else {
      throw .noEntry
    }
    guard Int(table.link) < sections.count else {
      throw .malformed(
        expected: "its symbols' names in one of \(sections.count) sections", found: "section \(table.link)")
    }
    let names = sections[Int(table.link)]
    let whole = table.size - table.size % Field.size
    for start in stride(from: table.offset, to: table.offset + whole, by: Int(Field.size)) {
      let nameOffset = UInt64(try bytes.load(UInt32.self, at: start, in: .symbols))
      guard bytes.holds(name, at: names.offset + nameOffset, before: names.offset + names.size) else {
        continue
      }
      let info = try bytes.load(UInt8.self, at: start + Field.info, in: .symbols)
      let section = try bytes.load(UInt16.self, at: start + Field.section, in: .symbols)
      guard section != 0, [Field.global, Field.weak].contains(info >> 4) else { continue }
      let address = try bytes.load(UInt64.self, at: start + Field.value, in: .symbols)
      guard info & 0xf == Field.function, segments.contains(where: { $0.holdsCode(at: address) }) else {
        throw .entryNotAFunction
      }
      return
    }
    throw .noEntry
  }
}

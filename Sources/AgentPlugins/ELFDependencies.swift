extension ELFFile {
  /// Whether the file says that the library `name` is to be loaded with it.
  func needs(_ name: StaticString) throws(AgentImageError) -> Bool {
    typealias Field = ELFLayout.Dynamic
    guard let table = sections.first(where: { $0.type == ELFLayout.Section.dynamic }) else { return false }
    guard Int(table.link) < sections.count else {
      throw .malformed(
        expected: "its dependencies' names in one of \(sections.count) sections",
        found: "section \(table.link)")
    }
    let names = sections[Int(table.link)]
    let whole = table.size - table.size % Field.size
    for start in stride(from: table.offset, to: table.offset + whole, by: Int(Field.size)) {
      guard try bytes.load(UInt64.self, at: start, in: .section) == Field.needed else { continue }
      let offset = try bytes.load(UInt64.self, at: start + Field.value, in: .section)
      let (place, overflow) = names.offset.addingReportingOverflow(offset)
      if !overflow, bytes.holds(name, at: place, before: names.offset + names.size) { return true }
    }
    return false
  }
}

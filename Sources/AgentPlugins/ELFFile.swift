/// The header and tables of a shared object for this machine, wholly inside its file.
struct ELFFile {
  struct Segment {
    var type, flags: UInt32
    var offset, address, fileSize: UInt64

    /// Whether `address` is code that the file holds.
    func holdsCode(at address: UInt64) -> Bool {
      type == ELFLayout.Segment.load && flags & ELFLayout.Segment.executable != 0
        && address >= self.address && address - self.address < fileSize
    }
  }

  struct Section {
    var name, type, link: UInt32
    var offset, size: UInt64
  }

  let bytes: ELFBytes
  let segments: [Segment]
  let sections: [Section]
  /// The section that holds the sections' names.
  let names: Section

  init(_ raw: UnsafeRawBufferPointer) throws(AgentImageError) {
    bytes = ELFBytes(raw)
    try Self.checkHeader(raw, bytes)
    segments = try Self.readSegments(bytes)
    sections = try Self.readSections(bytes)
    let index = Int(try bytes.load(UInt16.self, at: ELFLayout.Header.sectionNames, in: .header))
    guard index < sections.count else {
      throw .malformed(
        expected: "its section names in one of \(sections.count) sections", found: "section \(index)")
    }
    names = sections[index]
  }

  func section(named name: StaticString) -> Section? {
    let end = names.offset + names.size
    return sections.first { bytes.holds(name, at: names.offset + UInt64($0.name), before: end) }
  }

  private static func checkHeader(
    _ raw: UnsafeRawBufferPointer, _ bytes: ELFBytes
  ) throws(AgentImageError) {
    guard !raw.isEmpty else { throw .empty }
    guard raw.prefix(4).elementsEqual(ELFLayout.magic) else { throw .notELF(found: Array(raw.prefix(4))) }
    try bytes.require(0, ELFLayout.Header.size, for: .header)
    let fileClass = try bytes.load(UInt8.self, at: ELFLayout.Header.fileClass, in: .header)
    guard fileClass == ELFLayout.class64 else { throw .wrongClass(found: fileClass) }
    let order = try bytes.load(UInt8.self, at: ELFLayout.Header.byteOrder, in: .header)
    guard order == ELFLayout.littleEndian else { throw .wrongByteOrder(found: order) }
    let machine = try bytes.load(UInt16.self, at: ELFLayout.Header.machine, in: .header)
    guard machine == ELFLayout.hostMachine else {
      throw .wrongMachine(expected: ELFLayout.hostMachine, found: machine)
    }
    let type = try bytes.load(UInt16.self, at: ELFLayout.Header.type, in: .header)
    guard type == ELFLayout.sharedObject else { throw .wrongType(found: type) }
  }

  private static func readSegments(_ bytes: ELFBytes) throws(AgentImageError) -> [Segment] {
    typealias Field = ELFLayout.Segment
    let table = try table(
      .programHeaders, at: ELFLayout.Header.segmentTable, count: ELFLayout.Header.segmentCount,
      size: ELFLayout.Header.segmentSize, expected: Field.size, bytes)
    var segments: [Segment] = []
    for start in table {
      let segment = Segment(
        type: try bytes.load(UInt32.self, at: start, in: .programHeaders),
        flags: try bytes.load(UInt32.self, at: start + Field.flags, in: .programHeaders),
        offset: try bytes.load(UInt64.self, at: start + Field.offset, in: .programHeaders),
        address: try bytes.load(UInt64.self, at: start + Field.address, in: .programHeaders),
        fileSize: try bytes.load(UInt64.self, at: start + Field.fileSize, in: .programHeaders))
      try bytes.require(segment.offset, segment.fileSize, for: .segment)
      segments.append(segment)
    }
    return segments
  }

  private static func readSections(_ bytes: ELFBytes) throws(AgentImageError) -> [Section] {
    typealias Field = ELFLayout.Section
    let table = try table(
      .sectionHeaders, at: ELFLayout.Header.sectionTable, count: ELFLayout.Header.sectionCount,
      size: ELFLayout.Header.sectionSize, expected: Field.size, bytes)
    var sections: [Section] = []
    for start in table {
      var section = Section(
        name: try bytes.load(UInt32.self, at: start, in: .sectionHeaders),
        type: try bytes.load(UInt32.self, at: start + Field.type, in: .sectionHeaders),
        link: try bytes.load(UInt32.self, at: start + Field.link, in: .sectionHeaders),
        offset: try bytes.load(UInt64.self, at: start + Field.offset, in: .sectionHeaders),
        size: try bytes.load(UInt64.self, at: start + Field.byteCount, in: .sectionHeaders))
      if section.type == Field.occupiesNoFile { (section.offset, section.size) = (0, 0) }
      try bytes.require(section.offset, section.size, for: .section)
      sections.append(section)
    }
    return sections
  }

  /// Where the entries of a table begin; the whole table is inside the file.
  private static func table(
    _ part: AgentImageError.Part, at offsetField: UInt64, count countField: UInt64, size sizeField: UInt64,
    expected size: UInt64, _ bytes: ELFBytes
  ) throws(AgentImageError) -> StrideTo<UInt64> {
    let offset = try bytes.load(UInt64.self, at: offsetField, in: .header)
    let count = UInt64(try bytes.load(UInt16.self, at: countField, in: .header))
    let found = UInt64(try bytes.load(UInt16.self, at: sizeField, in: .header))
    guard count > 0 else { throw .malformed(expected: part.rawValue, found: "none") }
    guard found == size else {
      throw .malformed(
        expected: "\(part.rawValue) of \(size) bytes each", found: "\(found) bytes each")
    }
    try bytes.require(offset, count * size, for: part)
    return stride(from: offset, to: offset + count * size, by: Int(size))
  }
}

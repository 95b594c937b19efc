/// What the Swift compiler writes about types into a library, as far as it concerns C structs: they are known in the
/// whole process by their names alone, whichever library they are from, and the first one's layout counts for all.
struct SwiftSections {
  /// Longer names are not read.
  private static let maximumName: UInt64 = 1024
  /// Records of one library that are looked at.
  private static let maximumRecords = 1 << 20
  /// Fields of all structs of one library together.
  private static let maximumFields = 1 << 14
  private static let structKind: UInt32 = 17
  /// The module that all of C's types are in.
  private static let importedModule = "__C"

  private let file: ELFFile
  private var bytes: ELFBytes { file.bytes }

  init(_ file: ELFFile) {
    self.file = file
  }

  /// The layouts of the C structs that the library has Swift's metadata of, as text, by their names.
  func importedStructs() throws(AgentImageError) -> [String: String] {
    let sizes = try builtinSizes()
    var layouts: [String: String] = [:]
    var left = Self.maximumFields
    for record in try words(of: "swift5_type_metadata", each: 4) {
      let relative = try load(Int32.self, record)
      // Through a pointer: another library's type.
      guard relative & 3 == 0, let descriptor = moved(record, by: relative),
        let place = file.offset(ofAddress: descriptor),
        try load(UInt32.self, place) & 0x1f == Self.structKind, try isImported(descriptor)
      else { continue }
      let name = try text(at: target(ofField: 8, of: descriptor))
      if layouts[name] != nil { continue }
      layouts[name] = try sizes[descriptor, default: "of unknown size"] + fields(of: descriptor, &left)
    }
    return layouts
  }

  private func isImported(_ descriptor: UInt64) throws(AgentImageError) -> Bool {
    guard let parent = try target(ofField: 4, of: descriptor) else { return false }
    return try text(at: target(ofField: 8, of: parent)) == Self.importedModule
  }

  /// Names and types of the fields.
  private func fields(of descriptor: UInt64, _ left: inout Int) throws(AgentImageError) -> String {
    guard let fields = try target(ofField: 16, of: descriptor), let place = file.offset(ofAddress: fields)
    else { return ", of unknown fields" }
    let count = UInt64(min(try load(UInt32.self, place + 12), UInt32(Self.maximumName)))
    var text = ""
    left -= Int(count)
    guard left >= 0 else {
      throw .malformed(
        expected: "at most \(Self.maximumFields) fields of C structs", found: "more of them")
    }
    for index in 0..<count {
      let record = fields &+ (16 + index * 12)
      let name = try self.text(at: target(ofField: 8, of: record))
      text += ", \(name): \(try type(at: target(ofField: 4, of: record)))"
    }
    return text
  }

  /// Size and alignment, by the address of the type's descriptor.
  private func builtinSizes() throws(AgentImageError) -> [UInt64: String] {
    var sizes: [UInt64: String] = [:]
    for record in try words(of: "swift5_builtin", each: 20) {
      guard let name = moved(record, by: try load(Int32.self, record)),
        let place = file.offset(ofAddress: name), try load(UInt8.self, place) == 1,
        let descriptor = moved(place + 1, by: try load(Int32.self, place + 1))
      else { continue }
      let (size, alignment) = (try load(UInt32.self, record + 4), try load(UInt32.self, record + 8))
      sizes[descriptor] = "\(size) bytes, alignment \(alignment & 0xffff)"
    }
    return sizes
  }

  /// A mangled type, with the names of what it refers to in place of how far away that is.
  private func type(at address: UInt64?) throws(AgentImageError) -> String {
    guard let address, var place = file.offset(ofAddress: address) else { return "?" }
    var text = ""
    for _ in 0..<Self.maximumName {
      let byte = try load(UInt8.self, place)
      if byte == 0 { break }
      guard byte < 0x20 else {
        text.unicodeScalars.append(Unicode.Scalar(byte))
        place += 1
        continue
      }
      let referred = byte < 0x18 ? moved(place + 1, by: try load(Int32.self, place + 1)) : nil
      if byte == 1, let referred {
        text += "<\(try self.text(at: target(ofField: 8, of: referred)))>"
      } else if let referred {
        text += "<\(try file.importedSymbol(at: referred) ?? "")>"
      }
      place += byte < 0x18 ? 5 : 9
    }
    return text
  }

  /// Where the records of a section begin, in the file.
  private func words(of name: StaticString, each size: UInt64) throws(AgentImageError) -> [UInt64] {
    guard let section = file.section(named: name), section.size >= size else { return [] }
    let count = min(section.size / size, UInt64(Self.maximumRecords))
    return (0..<count).map { section.offset + $0 * size }
  }
}

// Relative pointers: how far away something is from where that is written.
extension SwiftSections {
  private func load<Number: FixedWidthInteger>(
    _ type: Number.Type, _ offset: UInt64
  ) throws(AgentImageError) -> Number {
    try bytes.load(type, at: offset, in: .section)
  }

  /// The address that lies `distance` from what is at `offset` in the file.
  private func moved(_ offset: UInt64, by distance: Int32) -> UInt64? {
    file.address(ofOffset: offset).map { $0 &+ UInt64(bitPattern: Int64(distance)) }
  }

  /// What a field of the record at `address` leads to; nil for nothing, or for what is in another library.
  private func target(ofField field: UInt64, of address: UInt64) throws(AgentImageError) -> UInt64? {
    guard let place = file.offset(ofAddress: address &+ field) else { return nil }
    let distance = try load(Int32.self, place)
    return distance == 0 || distance & 1 != 0 && field == 4 ? nil : moved(place, by: distance)
  }

  /// Text up to its zero byte.
  private func text(at address: UInt64?) throws(AgentImageError) -> String {
    guard let address, let place = file.offset(ofAddress: address) else { return "" }
    return try bytes.text(at: place, before: place + Self.maximumName, in: .section)
  }
}

extension ELFFile {
  /// Where in the file that is which a process finds at `address`.
  func offset(ofAddress address: UInt64) -> UInt64? {
    segments.first {
      $0.type == ELFLayout.Segment.load && address >= $0.address && address - $0.address < $0.fileSize
    }
    .map { $0.offset + (address - $0.address) }
  }

  /// The other way round.
  func address(ofOffset offset: UInt64) -> UInt64? {
    segments.first {
      $0.type == ELFLayout.Segment.load && offset >= $0.offset && offset - $0.offset < $0.fileSize
    }
    .map { $0.address &+ (offset - $0.offset) }
  }
}

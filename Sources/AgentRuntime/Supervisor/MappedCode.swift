import Glibc

/// The code that is mapped into this process.
package enum MappedCode {
  /// Has the kernel map all of it that is in memory already, so that no first call of a function is interrupted for it
  /// later. What the kernel can't do is done then.
  package static func readIn() {
    guard let maps = fopen("/proc/self/maps", "re") else { return }
    defer { fclose(maps) }
    var line = [CChar](repeating: 0, count: 4096)
    while fgets(&line, Int32(line.count), maps) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      let fields = text.split(separator: " ", omittingEmptySubsequences: true)
      guard fields.count > 5, fields[1] == "r-xp", fields[5].hasPrefix("/") else { continue }
      let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
      guard ends.count == 2, ends[0] < ends[1] else { continue }
      // SAFETY: only page tables are filled; what is mapped stays what it is.
      madvise(UnsafeMutableRawPointer(bitPattern: ends[0]), Int(ends[1] - ends[0]), populateForReading)
    }
  }

  /// MADV_POPULATE_READ, since Linux 5.14; earlier ones refuse it, and nothing is lost.
  private static let populateForReading: Int32 = 22
}

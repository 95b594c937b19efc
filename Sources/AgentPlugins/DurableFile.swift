import Glibc
import SystemPackage

/// Files that are there whole, or not at all, whatever ends in between.
package enum DurableFile {
  /// Of files that have not got their name yet; they are hidden, too.
  static let temporaryEnding = ".new"

  /// Writes a file in place of what has that path. Whoever reads it meanwhile finds the one or the other.
  package static func replace(_ path: String, by bytes: [UInt8], mode: UInt32) throws {
    let target = FilePath(path)
    let suffix = UInt64.random(in: .min ... .max)
    let temporary = target.removingLastComponent().appending(
      ".\(String(suffix, radix: 36))\(temporaryEnding)")
    try create(temporary.string, with: bytes, mode: mode)
    do throws(Errno) {
      try rename(temporary, to: target)
    } catch {
      try? remove(temporary)  // the first failure is the one to report
      throw error
    }
    try synchronise(folderOf: target)
  }

  /// Writes a file where none is.
  package static func create(_ path: String, with bytes: [UInt8], mode: UInt32) throws {
    let descriptor = try FileDescriptor.open(
      FilePath(path), .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
      permissions: FilePermissions(rawValue: mode))
    do {
      try descriptor.closeAfter {
        // Whatever the mask of this process takes away.
        guard fchmod(descriptor.rawValue, mode) == 0 else { throw Errno(rawValue: errno) }
        _ = try descriptor.writeAll(bytes)
        guard fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
      }
    } catch {
      try? remove(FilePath(path))  // the first failure is the one to report
      throw error
    }
  }

  /// A new name outlives a loss of power only with its folder.
  private static func synchronise(folderOf path: FilePath) throws {
    let folder = path.removingLastComponent()
    let descriptor = try FileDescriptor.open(
      folder.isEmpty ? "." : folder, .readOnly, options: [.directory, .closeOnExec])
    try descriptor.closeAfter {
      guard fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }
  }
}

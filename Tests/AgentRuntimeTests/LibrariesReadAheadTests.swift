import AgentPlugins
import Foundation
import TestLibrary
import Testing

@testable import AgentRuntime

@Suite("Libraries that a spare has read before it was needed")
struct LibrariesReadAheadTests {
  private let home: TemporaryDirectory
  private let folder: PluginFolder
  private let store: LibraryStore
  private let library: String
  private let early: LibrariesReadAhead

  init() throws {
    home = try TemporaryDirectory()
    try FileManager.default.createDirectory(
      atPath: "\(home.path)/agents.d", withIntermediateDirectories: false)
    folder = PluginFolder(path: "\(home.path)/agents.d", place: nil, trustsAll: false)
    store = try LibraryStore(directory: "\(home.path)/libraries")
    library = "\(home.path)/agents.d/libA.so"
    try Data(TestLibrary.sound.get()).write(to: URL(filePath: library))
    early = LibrariesReadAhead(folder, store)
  }

  /// What is read again compares the copy with the file, and so mends it.
  private func damageCopy() throws -> String {
    let path = try #require(early.images(in: folder)[library]?.path)
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    try handle.write(contentsOf: Data("damaged".utf8))
    try handle.close()
    return path
  }

  private func isDamaged(_ path: String) throws -> Bool {
    try Data(contentsOf: URL(filePath: path)).starts(with: Data("damaged".utf8))
  }

  @Test("are not read again")
  func used() throws {
    let copy = try damageCopy()
    let read = LibrariesReadAhead.read(folder, store, orUse: early)
    #expect(read.images(in: folder).keys.sorted() == [library])
    #expect(try isDamaged(copy))
  }

  @Test("are read again where one was written, one came, a setting changed, or the folder is another's")
  func changed() throws {
    let changes: [(FileManager) throws -> Void] = [
      { _ in
        var bytes = try TestLibrary.sound.get()
        bytes.append(0)
        try Data(bytes).write(to: URL(filePath: library))
      },
      { try $0.copyItem(atPath: library, toPath: "\(folder.path)/libB.so") },
      { _ in try Data("disabled: true\n".utf8).write(to: URL(filePath: "\(folder.path)/A.yaml")) },
      { try $0.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path) },
    ]
    for (number, change) in changes.enumerated() {
      let early = LibrariesReadAhead(folder, store)
      try change(.default)
      let read = LibrariesReadAhead.read(folder, store, orUse: early)
      #expect(early.images(in: folder).isEmpty, "change \(number)")
      #expect(read.images(in: folder) == LibrariesReadAhead(folder, store).images(in: folder))
    }
  }

  @Test("are read again for another place, and where the copy is gone")
  func gone() throws {
    let other = PluginFolder(path: folder.path, place: "other", trustsAll: false)
    #expect(LibrariesReadAhead.read(other, store, orUse: early).images(in: other).isEmpty)
    let copy = try #require(early.images(in: folder)[library]?.path)
    try FileManager.default.removeItem(atPath: copy)
    #expect(LibrariesReadAhead.read(folder, store, orUse: early).images(in: folder).count == 1)
    #expect(FileManager.default.fileExists(atPath: copy))
  }

  @Test("are read where nobody has read them")
  func none() throws {
    let copy = try damageCopy()
    #expect(LibrariesReadAhead.read(folder, store, orUse: nil).images(in: folder).count == 1)
    #expect(try !isDamaged(copy))
  }
}

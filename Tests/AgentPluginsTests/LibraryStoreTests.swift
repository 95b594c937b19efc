import Foundation
import TestLibrary
import Testing

@testable import AgentPlugins

@Suite("Private copies of libraries")
struct LibraryStoreTests {
  private func withStore(_ body: (_ folder: URL, _ store: LibraryStore) throws -> Void) throws {
    try TestLibrary.withTemporaryFolder { folder in
      try body(folder, try LibraryStore(directory: folder.appending(path: "data/libraries").path))
    }
  }

  private func permissions(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? Int)
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    try Data(bytes).write(to: URL(filePath: path))
  }

  private func content(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path)))
  }

  @Test("a copy is named by its content, with name and file of the original")
  func copy() throws {
    try withStore { folder, store in
      let original = folder.appending(path: "translate.v2.so").path
      let bytes = try TestLibrary.sound.get()
      try write(bytes, to: original)
      let image = try store.image(of: original)
      let sum = try TestLibrary.run("sha256sum", [original]).prefix(64)
      #expect(image.hash == String(sum))
      #expect(image.path == folder.appending(path: "data/libraries/\(sum).so").path)
      #expect(image.name == "translate.v2")
      #expect(image.file == original)
      #expect(try content(image.path) == bytes)
      let names = try FileManager.default.contentsOfDirectory(
        atPath: folder.appending(path: "data/libraries").path)
      #expect(names == ["\(sum).so"], "nothing else stays behind")
    }
  }

  @Test("folders that are missing are made, and all of it is for this user only")
  func permissionsOfWhatIsMade() throws {
    try withStore { folder, store in
      let original = folder.appending(path: "a.so").path
      try write(try TestLibrary.sound.get(), to: original)
      let image = try store.image(of: original)
      #expect(try permissions(folder.appending(path: "data").path) == 0o700)
      #expect(try permissions(folder.appending(path: "data/libraries").path) == 0o700)
      #expect(try permissions(image.path) == 0o600)
    }
  }

  @Test("an original that is overwritten or removed changes no copy; new content has a new path")
  func overwrittenOriginal() throws {
    try withStore { folder, store in
      let original = folder.appending(path: "a.so").path
      let bytes = try TestLibrary.sound.get()
      try write(bytes, to: original)
      let first = try store.image(of: original)
      let other = try TestLibrary.compile(TestLibrary.entry + TestLibrary.note + "int other;")
      try write(other, to: original)
      let second = try store.image(of: original)
      #expect(second.path != first.path && second.hash != first.hash)
      #expect(try content(first.path) == bytes)
      #expect(try content(second.path) == other)
      try FileManager.default.removeItem(atPath: original)
      #expect(try content(first.path) == bytes)
    }
  }

  @Test("the same content under two names is one copy, also for a store that is opened again")
  func sameContent() throws {
    try withStore { folder, store in
      let bytes = try TestLibrary.sound.get()
      let paths = ["a.so", "b.so"].map { folder.appending(path: $0).path }
      for path in paths { try write(bytes, to: path) }
      let first = try store.image(of: paths[0])
      let again = try LibraryStore(directory: folder.appending(path: "data/libraries").path)
      let second = try again.image(of: paths[1])
      #expect(first.path == second.path)
      #expect([first.name, second.name] == ["a", "b"])
    }
  }

  @Test("a copy that is not whole is made again")
  func incompleteCopy() throws {
    try withStore { folder, store in
      let original = folder.appending(path: "a.so").path
      let bytes = try TestLibrary.sound.get()
      try write(bytes, to: original)
      let image = try store.image(of: original)
      try write(Array(bytes.prefix(100)), to: image.path)
      #expect(try store.image(of: original) == image)
      #expect(try content(image.path) == bytes)
    }
  }

  @Test("a link is followed to its file")
  func link() throws {
    try withStore { folder, store in
      try write(try TestLibrary.sound.get(), to: folder.appending(path: "real.so").path)
      let link = folder.appending(path: "link.so").path
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "real.so")
      let image = try store.image(of: link)
      #expect(image.name == "link")
      #expect(try content(image.path) == TestLibrary.sound.get())
    }
  }

  @Test("a refusal says at which step, and leaves no copy")
  func refusals() throws {
    try withStore { folder, store in
      try write(Array("no library".utf8), to: folder.appending(path: "text.so").path)
      for (name, step) in [("text.so", LibraryError.Step.image), ("absent.so", .read), ("data", .read)] {
        let error = #expect(throws: LibraryError.self) {
          try store.image(of: folder.appending(path: name).path)
        }
        #expect(error?.step == step)
        #expect(error?.file == folder.appending(path: name).path)
        #expect(error?.advice.isEmpty == false)
      }
      let directory = folder.appending(path: "data/libraries").path
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory).isEmpty)
    }
  }

  @Test("a place for copies that is no folder is an error that names it")
  func noFolder() throws {
    try TestLibrary.withTemporaryFolder { folder in
      let file = folder.appending(path: "file").path
      try write([], to: file)
      let below = #expect(throws: LibraryError.self) { try LibraryStore(directory: file + "/libraries") }
      #expect(below?.step == .copy)
      #expect(below?.file == file + "/libraries")
      let library = folder.appending(path: "a.so").path
      try write(try TestLibrary.sound.get(), to: library)
      let itself = #expect(throws: LibraryError.self) { try LibraryStore(directory: file).image(of: library) }
      #expect(itself?.step == .copy)
    }
  }

  @Test("copies that nobody uses go; what was asked for, is in use or spared stays")
  func unused() throws {
    try withStore { folder, store in
      let original = folder.appending(path: "a.so").path
      var images: [LibraryImage] = []
      for build in 0..<4 {
        let more = "int build_\(build);"
        try write(try TestLibrary.compile(TestLibrary.entry + TestLibrary.note + more), to: original)
        images.append(try store.image(of: original))
      }
      for image in images {
        try FileManager.default.setAttributes(
          [.modificationDate: Date(timeIntervalSinceNow: -40 * 86_400)], ofItemAtPath: image.path)
      }
      #expect(try store.image(of: original) == images[3])
      store.use([images[2].hash])
      #expect(try store.removeUnused(sparing: [images[1].hash]) == 1)
      let left = images.map { FileManager.default.fileExists(atPath: $0.path) }
      #expect(left == [false, true, true, true])
    }
  }
}

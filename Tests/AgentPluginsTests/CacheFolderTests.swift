import Foundation
import TestLibrary
import Testing

@testable import AgentPlugins

@Suite("Files that can be made again")
struct CacheFolderTests {
  private static let day = 86_400.0

  private var small: Retention {
    var retention = Retention()
    retention.maximumFiles = 2
    return retention
  }

  /// Files by name, each unused for so many days.
  private func withFolder(_ files: [String: Double], _ body: (CacheFolder) throws -> Void) throws {
    try TestLibrary.withTemporaryFolder { folder in
      for (name, days) in files {
        let path = folder.appending(path: name).path
        try Data().write(to: URL(filePath: path))
        try FileManager.default.setAttributes(
          [.modificationDate: Date(timeIntervalSinceNow: -days * Self.day)], ofItemAtPath: path)
      }
      try body(CacheFolder(folder.path))
    }
  }

  private func names(_ folder: CacheFolder) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test("what was not used for long goes; of many also what was used least recently, but not what is new")
  func retention() {
    let day = Self.day
    let retention = Retention()
    #expect(retention.expired(["new": 0, "old": 29 * day, "older": 31 * day]) == ["older"])
    #expect(small.expired(["a": 3 * day, "b": day / 2, "c": 2 * day, "d": 4 * day]) == ["a", "d"])
    #expect(small.expired(["a": 0, "b": 10, "c": day / 2, "d": day - 1]) == [])
    // Of a clock that has gone back.
    #expect(small.expired(["a": -40 * day]) == [])
  }

  @Test("only what is ours is removed, and leftovers of writers that died; what is spared or used stays")
  func removal() throws {
    let files = [
      "a.so": 40.0, "b.so": 40, "spared.so": 40, "new.so": 0, "stranger": 40, ".x1.new": 40, ".x2.new": 0,
      ".hidden": 40,
    ]
    try withFolder(files) { folder in
      #expect(folder.touch("b.so"))
      #expect(!folder.touch("gone.so"))
      let removed = try folder.removeUnused(sparing: ["spared.so"]) { $0.hasSuffix(".so") }
      #expect(removed == 2)
      #expect(
        try names(folder) == [".hidden", ".x2.new", "b.so", "new.so", "spared.so", "stranger"])
    }
  }

  @Test("nothing is removed while somebody is about to use something")
  func inUse() throws {
    try withFolder(["a.so": 40]) { folder in
      let meanwhile = try folder.keepingAll { () throws in
        let removed = try folder.removeUnused { _ in true }
        folder.touch("a.so")
        return removed
      }
      let afterwards = try folder.removeUnused { _ in true }
      #expect(meanwhile == nil && afterwards == 0)
      #expect(try names(folder) == ["a.so"])
    }
  }

  @Test("a folder that is not there holds nothing")
  func absent() throws {
    let removed = try CacheFolder("/tmp/agenthost-no-such-folder").removeUnused { _ in true }
    #expect(removed == 0)
  }
}

import AgentPlugins
import Foundation
import Glibc
import TestLibrary
import Testing

@Suite("Reading a library's file")
struct RegularFileTests {
  private static let limit = 1 << 20

  @Test("a file up to the limit is read whole")
  func whole() throws {
    try TestLibrary.withTemporaryFolder { folder in
      let path = folder.appending(path: "agent.so").path
      let content = (0..<Self.limit).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      try Data(content).write(to: URL(filePath: path))
      #expect(try RegularFile.read(path, maximumBytes: Self.limit) == content)
      #expect(throws: AgentImageError.tooLarge(found: Self.limit, limit: Self.limit - 1)) {
        try RegularFile.read(path, maximumBytes: Self.limit - 1)
      }
    }
  }

  @Test("what is no regular file is named, and holds nobody up")
  func others() throws {
    try TestLibrary.withTemporaryFolder { folder in
      func path(_ name: String) -> String { folder.appending(path: name).path }
      try Data("hello, world".utf8).write(to: URL(filePath: path("text")))
      #expect(mkfifo(path("fifo"), 0o600) == 0)
      #expect(symlink("text", path("link")) == 0)
      let cases: [(String, AgentImageError)] = [
        (folder.path, .notRegular(found: "directory")),
        (path("fifo"), .notRegular(found: "FIFO")),
        ("/dev/null", .notRegular(found: "device")),
        (path("link"), .unreadable(errno: ELOOP)),
        (path("absent"), .unreadable(errno: ENOENT)),
      ]
      for (path, expected) in cases {
        #expect(throws: expected) { try RegularFile.read(path, maximumBytes: Self.limit) }
      }
    }
  }

  @Test("a text and an empty file are read, and are no library")
  func noLibrary() throws {
    try TestLibrary.withTemporaryFolder { folder in
      for (text, expected) in [("hello", AgentImageError.notELF(found: Array("hell".utf8))), ("", .empty)] {
        let path = folder.appending(path: "agent.so").path
        try Data(text.utf8).write(to: URL(filePath: path))
        let content = try RegularFile.read(path, maximumBytes: Self.limit)
        #expect(throws: expected) { try AgentImage(reading: content) }
      }
    }
  }
}

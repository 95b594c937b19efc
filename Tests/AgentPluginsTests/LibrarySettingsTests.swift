import AgentPlugins
import Foundation
import TestLibrary
import Testing

@Suite("What an operator says about a library")
struct LibrarySettingsTests {
  private func settings(
    _ text: String?, library: String = "libGreeting.so"
  ) throws -> LibrarySettings {
    try TestLibrary.withTemporaryFolder { folder in
      let file = folder.appending(path: library)
      if let text {
        try Data(text.utf8).write(to: file.deletingPathExtension().appendingPathExtension("yaml"))
      }
      return try LibrarySettings(ofLibrary: file.path)
    }
  }

  @Test("where nothing is said, nothing is", arguments: [nil, "", "# nothing\n", "isolate: false\n", "{}"])
  func nothing(text: String?) throws {
    #expect(try settings(text) == LibrarySettings())
  }

  @Test func isolation() throws {
    #expect(try settings("isolate: true") == LibrarySettings(place: "Greeting"))
    #expect(try settings("isolate: yes", library: "echo.so") == LibrarySettings(place: "echo"))
    #expect(try settings("isolate: heavy\n") == LibrarySettings(place: "heavy"))
    #expect(try settings(#"isolate: "true""#) == LibrarySettings(place: "true"))
  }

  @Test func concurrency() throws {
    #expect(try settings("concurrency: 1") == LibrarySettings(concurrency: 1))
    #expect(
      try settings("concurrency: 4096 # all\nisolate: a\n") == LibrarySettings(place: "a", concurrency: 4096))
  }

  @Test(
    "what is wrong is said with its line and key",
    arguments: [
      ("isolate: true\nconcurency: 4\n", "line 2: key \"concurency\""),
      ("isolate:\n", "line 1: key \"isolate\""), ("isolate: [a]\n", "line 1: key \"isolate\""),
      ("isolate: null\n", "line 1: key \"isolate\""), ("isolate: a b\n", "line 1: key \"isolate\""),
      ("isolate: main\n", "line 1: key \"isolate\""), ("\nisolate: ../x\n", "line 2: key \"isolate\""),
      ("concurrency: 0", "line 1: key \"concurrency\": \"0\""), ("concurrency: 4097", "\"4097\""),
      ("concurrency: \"4\"", "\"4\""), ("concurrency: many", "\"many\""), ("concurrency: -1", "\"-1\""),
      ("concurrency: 99999999999999999999", "line 1"),
      ("isolate: a\nisolate: b\n", "\"isolate\" more than once"),
      ("- isolate\n", "line 1: something else"), ("true\n", "line 1: something else"),
      ("isolate: {", "line 2"), ("a: b: c\n", "line 1"), ("isolate: a\n---\nisolate: b\n", "line 2"),
      ("[a]: b\n", "key \"that is no word\""), ("\t", "line 1"), ("isolate: *x\n", "line 1"),
      (String(repeating: "[", count: 16_000), "line 1"),
      (String(repeating: "#", count: LibrarySettings.maximumBytes + 1), "bytes"),
    ])
  func refused(text: String, words: String) throws {
    let error = #expect(throws: LibraryError.self) { try settings(text) }
    #expect(error?.step == .settings)
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("libGreeting.yaml") == true)
  }

  @Test func aNameThatIsNoneForAPlaceNeedsAGroup() throws {
    #expect(throws: LibraryError.self) { try settings("isolate: true", library: "lib.so") }
    #expect(throws: LibraryError.self) { try settings("isolate: true", library: "libmain.so") }
    #expect(throws: LibraryError.self) { try settings("isolate: true", library: "a b.so") }
    #expect(try settings("isolate: group", library: "a b.so") == LibrarySettings(place: "group"))
  }

  @Test func bytesThatAreNoTextAreRefused() throws {
    try TestLibrary.withTemporaryFolder { folder in
      let file = folder.appending(path: "x.so")
      try Data([0x61, 0xff, 0xfe]).write(to: folder.appending(path: "x.yaml"))
      #expect(throws: LibraryError.self) { try LibrarySettings(ofLibrary: file.path) }
      try FileManager.default.removeItem(at: folder.appending(path: "x.yaml"))
      try FileManager.default.createDirectory(
        at: folder.appending(path: "x.yaml"), withIntermediateDirectories: false)
      #expect(throws: LibraryError.self) { try LibrarySettings(ofLibrary: file.path) }
    }
  }
}

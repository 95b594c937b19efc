import Foundation
import Testing

@testable import AgentRuntime

@Suite("A file of a log")
struct LogFileTests {
  private let folder: TemporaryDirectory
  private let path: String
  private let file: LogFile

  init() throws {
    folder = try TemporaryDirectory()
    path = folder.path + "/info.log"
    file = LogFile(path: path)
  }

  private func content(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  @Test("one that is moved away or deleted is made again with the next line")
  func rotated() throws {
    file.append("one\n")
    try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
    file.append("two\n")
    file.append("three\n")
    #expect(try content(path + ".1") == "one\n")
    #expect(try content(path) == "two\nthree\n")
    try FileManager.default.removeItem(atPath: path)
    file.append("four\n")
    #expect(try content(path) == "four\n")
  }

  @Test("one that is emptied in its place goes on from there")
  func truncated() throws {
    file.append("one\n")
    #expect(truncate(path, 0) == 0)
    file.append("two\n")
    #expect(try content(path) == "two\n")
  }

  @Test("the lines of several writers stand whole, one after the other")
  func shared() async throws {
    let path = path
    await withTaskGroup(of: Void.self) { group in
      for writer in 0..<4 {
        group.addTask {
          let file = LogFile(path: path)
          for number in 0..<500 { file.append("\(writer) \(number) \(String(repeating: "x", count: 200))\n") }
        }
      }
    }
    let lines = try content(path).split(separator: "\n")
    #expect(lines.count == 2000)
    #expect(lines.allSatisfy { $0.wholeMatch(of: /[0-3] [0-9]+ x{200}/) != nil })
  }

  @Test("a link is not followed, and a folder is no file: both are said")
  func refused() throws {
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: folder.path + "/other")
    #expect(throws: SystemCallError.self) { try file.open() }
    file.append("lost\n")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/other"))
    #expect(throws: SystemCallError.self) { try LogFile(path: folder.path).open() }
    #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
    #expect(throws: SystemCallError.self, "nobody waits for its reader") {
      try LogFile(path: folder.path + "/pipe").open()
    }
    #expect(throws: SystemCallError.self) { try LogFile(path: folder.path + "/none/a.log").open() }
  }

  @Test("who comes second to a folder has files with its own name")
  func claimed() throws {
    var settings = Settings()
    settings.logDirectory = folder.path + "/a/b"
    settings.infoLogFile = "info"
    var first = LogFiles(settings)
    try first.claim(for: "one", in: settings.logDirectory)
    var second = LogFiles(settings)
    try second.claim(for: "two", in: settings.logDirectory)
    #expect(first.debug == folder.path + "/a/b/debug.log")
    #expect(second.debug == folder.path + "/a/b/debug.two.log")
    #expect(second.info == folder.path + "/a/b/info.two")
    var third = LogFiles(settings)
    try third.claim(for: "two", in: settings.logDirectory)
    #expect(third.debug == folder.path + "/a/b/debug.two-2.log")
    settings.debugLogFile = ""
    settings.infoLogFile = folder.path + "/elsewhere.log"
    #expect(LogFiles(settings).debug == nil)
    #expect(LogFiles(settings).info == folder.path + "/elsewhere.log")
    withExtendedLifetime((first, second)) {}
  }
}

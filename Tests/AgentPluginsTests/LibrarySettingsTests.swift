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

  @Test(
    "where nothing is said, nothing is",
    arguments: [
      nil, "", "# nothing\n", "isolate: false\n", "{}", "~", "enabled: true", "config: {}",
    ])
  func nothing(text: String?) throws {
    #expect(try settings(text) == LibrarySettings())
  }

  @Test func isolation() throws {
    #expect(try settings("isolate: true") == LibrarySettings(place: "Greeting"))
    #expect(try settings("isolate: TRUE", library: "echo.so") == LibrarySettings(place: "echo"))
    #expect(try settings("isolate: heavy\n") == LibrarySettings(place: "heavy"))
    #expect(try settings(#"isolate: "true""#) == LibrarySettings(place: "true"))
  }

  @Test func concurrency() throws {
    #expect(try settings("concurrency: 1") == LibrarySettings(concurrency: 1))
    #expect(
      try settings("concurrency: 4096 # all\nisolate: a\n") == LibrarySettings(place: "a", concurrency: 4096))
  }

  @Test func enabled() throws {
    #expect(try settings("enabled: false").isEnabled == false)
    #expect(try settings("enabled: true").isEnabled)
  }

  @Test(
    "a time is a number above 0", arguments: [("0.25", 0.25), ("90", 90.0), ("1e6", 1e6), ("1e-3", 0.001)])
  func timeout(text: String, seconds: Double) throws {
    #expect(try settings("timeout: \(text)").timeout == seconds)
  }

  @Test func instances() throws {
    #expect(try settings("instances: 3").instances == 3)
    #expect(try settings("instances: 64").instances == LibrarySettings.maximumInstances)
  }

  @Test("an empty list grants nothing; no list grants all")
  func grants() throws {
    #expect(try settings("grants: [log]").agents.grants == .only([.log]))
    #expect(try settings("grants:\n- config\n- log\n").agents.grants == .only([.config, .log]))
    #expect(try settings("grants: []").agents.grants == .only([]))
    #expect(try settings("enabled: true").agents.grants == .all)
  }

  @Test func roles() throws {
    #expect(try settings("role: shout").roles == .only(GivenRole(name: "shout", line: 1)))
    let roles = try settings("\nroles: {a: b, c.d: e}\n").roles
    #expect(roles == .each(["a": GivenRole(name: "b", line: 2), "c.d": GivenRole(name: "e", line: 2)]))
  }

  @Test("the agents' configuration is JSON; how it is written makes no other")
  func configuration() throws {
    let json = #"{"model":"x","retries":3,"hosts":["a",{"port":8080}],"dry":false}"#
    let flow = try settings("config: {model: x, retries: 3, hosts: [a, {port: 8080}], dry: false}")
    #expect(flow.agents.configuration == json)
    let block =
      "# what it needs\nconfig:\n  model: 'x'\n  retries: 3\n  hosts:\n  - a\n  - port: 8080\n  dry: false\n"
    #expect(try settings(block) == flow)
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
      ("isolate: a\nisolate: b\n", "line 2: key \"isolate\": more than once"),
      ("- isolate\n", "line 1: a list"), ("true\n", "line 1: \"true\""),
      ("isolate: yes\n", "line 1: key \"isolate\": \"yes\""), ("isolate: Off\n", "\"Off\""),
      ("isolate: 5\n", "line 1: key \"isolate\": \"5\""),
      ("enabled: no\n", "line 1: key \"enabled\": \"no\""), ("enabled: 0\n", "\"0\""),
      ("instances: 65\n", "line 1: key \"instances\": \"65\""),
      ("grants: log\n", "line 1: key \"grants\": \"log\""),
      ("grants:\n- log\n- threads\n", "line 3: key \"grants\": \"threads\""),
      ("timeout: 0\n", "line 1: key \"timeout\": \"0\""), ("timeout: -1.5\n", "\"-1.5\""),
      ("timeout: 1000001\n", "\"1000001\""), ("timeout: soon\n", "\"soon\""),
      ("timeout: .inf\n", "line 1: key \"timeout\": \".inf\""), ("timeout: '5'\n", "\"5\""),
      ("role: a b\n", "line 1: key \"role\": \"a b\""), ("role: [a]\n", "a list"), ("role: 5\n", "\"5\""),
      ("role: a\nroles: {b: c}\n", "line 2: key \"roles\": a mapping"),
      ("roles:\n  a: b\n  c: ''\n", "line 3: key \"roles.c\": \"\""),
      ("roles: {'': a}", "key \"roles\": \"\""),
      ("roles: a\n", "line 1: key \"roles\": \"a\""),
      ("config: [a]\n", "line 1: key \"config\": a list"), ("config:\n", "key \"config\": nothing"),
      ("config:\n  a:\n    b: 1e999\n", "line 3: key \"config.a.b\": \"1e999\""),
      ("config:\n  a: [1,\n  {b: 1, b: 2}]\n", "line 3: key \"config.a.1.b\": more than once"),
      ("isolate: {", "line 2: key \"isolate\": did not find"), ("a: b: c\n", "line 1"),
      ("isolate: a\n---\nisolate: b\n", "line 2"),
      ("[a]: b\n", "keys that are words"), ("\t", "line 1"), ("isolate: *x\n", "line 1"),
    ])
  func refused(text: String, words: String) throws {
    let error = #expect(throws: LibraryError.self) { try settings(text) }
    #expect(error?.step == .settings)
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("libGreeting.yaml") == true)
  }

  @Test func `Lists within lists, and more text than is read, are refused`() throws {
    try refused(text: String(repeating: "[", count: 16_000), words: "line 1")
    try refused(text: String(repeating: "#", count: LibrarySettings.maximumBytes + 1), words: "bytes")
  }

  @Test("an unknown key is told the known ones")
  func knownKeys() throws {
    let error = #expect(throws: LibraryError.self) { try settings("concurency: 1") }
    #expect(
      error?.expected
        == "no other keys than enabled, isolate, instances, concurrency, timeout, role, roles, grants, config"
    )
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

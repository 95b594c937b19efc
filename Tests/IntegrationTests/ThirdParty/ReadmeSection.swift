import Foundation

/// What a section of README has its reader do: files to write, and commands to type in.
struct ReadmeSection {
  struct File {
    let name: String
    let text: String
  }

  struct Command {
    let line: String
    /// What README shows of it; `…` stands for anything.
    private(set) var shown = ""

    func shows(_ output: String) -> Bool { shown == "…\n" || shown == output }

    fileprivate mutating func add(_ line: String) { shown += line + "\n" }

    init(line: String) { self.line = line }
  }

  private(set) var files: [File] = []
  private(set) var commands: [Command] = []

  init(_ title: String) throws {
    let readme = try String(
      contentsOf: ThirdPartyBuild.root.appendingPathComponent("README.md"), encoding: .utf8)
    let sections = readme.components(separatedBy: "\n## ")
    guard let section = sections.first(where: { $0.hasPrefix(title + "\n") }) else {
      throw FixtureFailure("README has no section \"\(title)\"")
    }
    // Text and blocks take turns.
    let parts = section.components(separatedBy: "\n```")
    for index in stride(from: 1, to: parts.count, by: 2) {
      try add(block: parts[index], below: parts[index - 1].components(separatedBy: "\n").last ?? "")
    }
  }

  private mutating func add(block: String, below text: String) throws {
    var lines = block.components(separatedBy: "\n")
    let language = lines.removeFirst()
    if language == "console" {
      for line in lines { add(console: line) }
    } else if let name = text.wholeMatch(of: /`([^`]+)`/)?.1 {
      files.append(File(name: String(name), text: lines.joined(separator: "\n") + "\n"))
    } else {
      throw FixtureFailure("a block of README has no file's name above it, but \"\(text)\"")
    }
  }

  private mutating func add(console line: String) {
    if line.hasPrefix("$ ") {
      commands.append(Command(line: String(line.dropFirst(2))))
    } else if !commands.isEmpty {
      commands[commands.count - 1].add(line)
    }
  }

  func write(into folder: URL) throws {
    for file in files {
      let url = folder.appendingPathComponent(file.name)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(file.text.utf8).write(to: url)
    }
  }
}

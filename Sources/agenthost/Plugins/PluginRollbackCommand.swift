import AgentPlugins
import AgentRuntime
import AgentStreams
import ArgumentParser

struct PluginRollbackCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback",
    abstract: "Put back the code of a library that ran before what lies in the folder.",
    discussion: """
      Where what lies there does not run, because it was refused or not reloaded, that is what runs; else what its last \
      exchange has replaced, and a second rollback goes forward again. For the hosts of this machine's data folder.
      """)

  @Argument(help: "The library, by its file's name: greeting for libgreeting.so.")
  var name: String

  @OptionGroup var place: AgentsPlace

  func run() async throws {
    let environment = try CommandEnvironment()
    let name = LibraryStatus.name(ofFile: name)
    let data = try environment.dataDirectory()
    let path = try file(called: name, in: place.folder(environment))
    guard let version = NotedVersions(dataDirectory: data).version(before: path) else {
      throw CommandFailure(
        .failed,
        "no host with the data folder \(data) has exchanged a library called \(LogText.escaped(name))")
    }
    let hash = version.hash
    do {
      let bytes = try RegularFile.read(
        "\(data)/libraries/\(hash).so", maximumBytes: LibraryStore.maximumBytes)
      // First: where signatures count, the library without its own would be refused.
      if !version.signature.isEmpty {
        try DurableFile.replace(path + ".sig", by: version.signature, mode: 0o644)
      }
      try DurableFile.replace(path, by: bytes, mode: 0o644)
    } catch {
      throw CommandFailure(.failed, "\(path) could not be put back to hash \(hash.prefix(12)): \(error)")
    }
    print("\(path) is hash \(hash.prefix(12)) again")
    try await place.reload(name, environment)
  }

  private func file(called name: String, in folder: String) throws -> String {
    do {
      let files = try PluginFolder(path: folder).libraries().map(\.file)
      guard let file = files.first(where: { LibraryStatus.name(ofFile: $0) == name }) else {
        throw CommandFailure(.failed, "\(folder) has no library called \(LogText.escaped(name))")
      }
      return file
    } catch let error as LibraryError {
      throw CommandFailure(.settings, error.description)
    }
  }
}

import AgentPlugins
import ArgumentParser
import Glibc

struct PluginKeygenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keygen", abstract: "Make a pair of keys by which libraries are signed.",
    discussion: """
      Writes NAME.key, which nobody else may have, and NAME.pub, for the folder that AGENTHOST_PLUGIN_KEYS names on \
      hosts. Neither may be there already.
      """)

  @Argument(help: "The path of both files, without their endings.")
  var name: String

  func run() throws {
    let key = SigningKey()
    do {
      try DurableFile.create(name + ".key", with: Array(key.privateFile.utf8), mode: 0o600)
      try DurableFile.create(name + ".pub", with: Array(key.publicFile.utf8), mode: 0o644)
    } catch {
      throw CommandFailure(.failed, "\(name): \(error)")
    }
    print("wrote \(name).key and \(name).pub")
  }
}

struct PluginSignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Sign libraries, for hosts that let in only what is signed.",
    discussion: "The signature of LIBRARY is written to LIBRARY.sig, in place of an earlier one.")

  @Option(help: "The file with the private key, from keygen.")
  var key: String

  @Argument(help: "The libraries' files.")
  var libraries: [String]

  func run() throws {
    do {
      guard let key = SigningKey(file: try RegularFile.read(self.key, maximumBytes: SigningKey.maximumBytes))
      else {
        throw CommandFailure(.failed, "\(self.key): expected a private key of `agenthost plugin keygen`")
      }
      for library in libraries {
        let bytes = try RegularFile.read(library, maximumBytes: LibraryStore.maximumBytes)
        try DurableFile.replace(library + ".sig", by: Array(key.signatureFile(of: bytes).utf8), mode: 0o644)
        print("wrote \(library).sig")
      }
    } catch let error as CommandFailure {
      throw error
    } catch {
      throw CommandFailure(.failed, "\(error)")
    }
  }
}

import Foundation
import Glibc
import TestLibrary
import Testing

@testable import AgentPlugins

/// Whose libraries are let in.
@Suite("Trust") struct TrustTests {
  private let library = try! TestLibrary.sound.get()

  /// A folder `agents` with one library in it, and a folder for copies beside.
  private func withLibrary(
    _ policy: (URL) throws -> TrustPolicy = { _ in .owner },
    _ body: (URL, String, LibraryStore) throws -> Void
  ) throws {
    try TestLibrary.withTemporaryFolder { folder in
      let agents = folder.appending(path: "agents")
      try FileManager.default.createDirectory(at: agents, withIntermediateDirectories: true)
      chmod(agents.path, 0o755)
      let file = agents.appending(path: "one.so").path
      try Data(library).write(to: URL(filePath: file))
      chmod(file, 0o644)
      try body(
        folder, file,
        LibraryStore(directory: folder.appending(path: "copies").path, trust: try policy(folder)))
    }
  }

  private func refusal(of file: String, by store: LibraryStore) -> LibraryError? {
    #expect(throws: LibraryError.self) { try store.image(of: file) }
  }

  @Test(arguments: [(0o646, "everybody"), (0o664, "its group"), (0o666, "everybody")] as [(mode_t, String)])
  func `a file that others can write is refused`(mode: mode_t, who: String) throws {
    try withLibrary { _, file, store in
      _ = try store.image(of: file)
      chmod(file, mode)
      let error = refusal(of: file, by: store)
      #expect(error?.step == .trust && error?.file == file)
      #expect(error?.found == "mode \(String(mode, radix: 8)), by which \(who) can")
      #expect(error?.advice == "chmod go-w \(file), when you know what it is")
    }
  }

  @Test func `a folder that others can write is refused, unless only owners replace their files there`()
    throws
  {
    try withLibrary { folder, file, store in
      let agents = folder.appending(path: "agents").path
      chmod(agents, 0o777)
      let error = refusal(of: file, by: store)
      #expect(error?.step == .trust && error?.found.hasSuffix("the folder \(resolvedPath(agents)!)") == true)
      chmod(agents, 0o1777)
      _ = try store.image(of: file)
    }
  }

  @Test func `a link within the folder is followed, one that leads out of it is refused`() throws {
    try withLibrary { folder, file, store in
      let agents = folder.appending(path: "agents")
      #expect(symlink("one.so", agents.appending(path: "inside.so").path) == 0)
      _ = try store.image(of: agents.appending(path: "inside.so").path)
      #expect(rename(file, folder.appending(path: "elsewhere.so").path) == 0)
      let outside = agents.appending(path: "outside.so").path
      #expect(symlink("../elsewhere.so", outside) == 0)
      let error = refusal(of: outside, by: store)
      #expect(error?.step == .trust && error?.found.hasPrefix("a link to ") == true)
    }
  }

  @Test(.enabled(if: geteuid() == 0, "only root gives files away"))
  func `a file of another user is refused`() throws {
    try withLibrary { _, file, store in
      chown(file, 12_345, 0)
      let error = refusal(of: file, by: store)
      #expect(error?.step == .trust && error?.found == "user 12345")
    }
  }

  @Test(.enabled(if: geteuid() == 0, "only root gives folders away"))
  func `a file in another user's folder is refused`() throws {
    try withLibrary { folder, file, store in
      let agents = folder.appending(path: "agents").path
      chown(agents, 12_345, 0)
      let error = refusal(of: file, by: store)
      #expect(error?.step == .trust && error?.found.contains("user 12345") == true)
      #expect(error?.found.hasSuffix("the folder \(resolvedPath(agents)!)") == true)
    }
  }

  @Test func `where everything is trusted, anything goes`() throws {
    try withLibrary({ _ in .any }) { _, file, store in
      chmod(file, 0o666)
      _ = try store.image(of: file)
    }
  }

  @Test func `only what a trusted key has signed is let in, whoever can write it`() throws {
    let ours = SigningKey()
    let stranger = SigningKey()
    try withLibrary({ folder in
      let keys = folder.appending(path: "keys")
      try FileManager.default.createDirectory(at: keys, withIntermediateDirectories: true)
      let file = keys.appending(path: "ours.pub")
      try Data(ours.publicFile.utf8).write(to: file)
      chmod(file.path, 0o644)
      return .signature(keys: keys.path)
    }) { _, file, store in
      chmod(file, 0o666)
      func sign(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: file + ".sig")) }
      #expect(refusal(of: file, by: store)?.found == "No such file or directory")
      try sign("rubbish")
      #expect(refusal(of: file, by: store)?.found == "something else")
      try sign(stranger.signatureFile(of: library))
      #expect(refusal(of: file, by: store)?.found == "a signature by another key, or of other bytes")
      try sign(ours.signatureFile(of: library))
      _ = try store.image(of: file)
      // One byte behind the library's own.
      try Data(library + [0]).write(to: URL(filePath: file))
      #expect(refusal(of: file, by: store)?.step == .trust)
    }
  }

  @Test func `keys that anybody can write, or that are none, are refused`() throws {
    try TestLibrary.withTemporaryFolder { folder in
      let file = folder.appending(path: "a.pub")
      func found() -> String? {
        #expect(throws: LibraryError.self) { try TrustedKeys(folder: folder.path) }?.found
      }
      #expect(found() == "none")
      try Data(SigningKey().publicFile.utf8).write(to: file)
      chmod(file.path, 0o666)
      #expect(found() == "mode 666, by which everybody can")
      chmod(file.path, 0o644)
      _ = try TrustedKeys(folder: folder.path)
      for text in ["", "00", "zz" + SigningKey().publicFile.dropFirst(2), SigningKey().publicFile + "00"] {
        try Data(text.utf8).write(to: file)
        #expect(found() == "something else")
      }
    }
  }

  @Test(.enabled(if: access("/usr/bin/openssl", X_OK) == 0, "openssl is not installed"))
  func `a key is read again as it was written, and OpenSSL agrees on what it signs`() throws {
    try TestLibrary.withTemporaryFolder { folder in
      let key = SigningKey()
      let again = try #require(SigningKey(file: Array(key.privateFile.utf8)))
      #expect(again.publicFile == key.publicFile)
      func write(_ name: String, _ content: [UInt8]) throws -> String {
        let path = folder.appending(path: name)
        try Data(content).write(to: path)
        return path.path
      }
      func bytes(_ file: String) throws -> [UInt8] {
        try #require(Hexadecimal.bytes(file.trimmingCharacters(in: .newlines)))
      }
      // What DER has before a public key's bytes.
      let prefix = try bytes("302a300506032b6570032100")
      let output = try TestLibrary.run(
        "openssl",
        [
          "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER",
          "-inkey", write("key", prefix + bytes(key.publicFile)), "-in", write("library", library),
          "-sigfile", write("signature", bytes(again.signatureFile(of: library))),
        ])
      #expect(output.contains("Verified Successfully"))
    }
  }
}

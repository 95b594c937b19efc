import Crypto
import Glibc
package import SystemPackage

/// A library's bytes in a place that nobody else writes to, ready to be loaded.
package struct LibraryImage: Sendable, Equatable {
  /// The file in the agents' folder, for people.
  package let file: String
  /// Its name without the ending.
  package let name: String
  /// SHA-256, hexadecimal.
  package let hash: String
  /// The private copy.
  package let path: String
  /// What it was built with, for people; empty where that is not known.
  package let toolchain: String

  /// The layouts of the C structs that it has Swift's metadata of, by their names.
  package let importedStructs: [String: String]
  /// What stands in the file with its signature; nothing where none is asked for.
  package let signature: [UInt8]

  package init(
    file: String, hash: String, path: String, toolchain: String = "", importedStructs: [String: String] = [:],
    signature: [UInt8] = []
  ) {
    self.signature = signature
    self.file = file
    self.toolchain = toolchain
    self.importedStructs = importedStructs
    name = FilePath(file).stem ?? file
    self.hash = hash
    self.path = path
  }

  /// Of a copy that the store has made, named by its hash.
  package init(copy path: String, of file: String) {
    self.init(file: file, hash: FilePath(path).stem ?? path, path: path)
  }
}

/// Private, content-addressed copies of agent libraries. What is loaded is the copy: a file that
/// is overwritten in the agents' folder changes nothing that runs, and a new version has a new path,
/// without which the loader would hand back the old one.
package struct LibraryStore: Sendable {
  /// Larger libraries are refused.
  package static let maximumBytes = 256 << 20

  private let directory: FilePath
  private let trust: TrustPolicy

  /// `directory` is made if it does not exist, for this user only.
  package init(directory: String, trust: TrustPolicy = .owner) throws(LibraryError) {
    self.directory = FilePath(directory)
    self.trust = trust
    do {
      try Self.makeDirectory(self.directory)
    } catch {
      throw LibraryError(
        file: directory, step: .copy, expected: "a folder for private copies of libraries",
        found: String(describing: error),
        advice: "make it, or set AGENTHOST_DATA_DIR to a folder that can be written")
    }
  }

  /// Reads `file` once, checks these bytes without running any of them, and keeps a copy.
  package func image(of file: String) throws(LibraryError) -> LibraryImage {
    let (bytes, image, signature) = try Self.checkedBytes(of: file, trust)
    let hash = Self.hash(bytes)
    let copy = directory.appending(Self.name(ofCopy: hash))
    do {
      try cache.keepingAll { () throws in
        // First: what is touched is not removed before it is loaded.
        let isThere = try cache.touch(Self.name(ofCopy: hash)) && Self.holds(copy, bytes)
        if !isThere { try DurableFile.replace(copy.string, by: bytes, mode: 0o600) }
      }
    } catch {
      throw LibraryError(
        file: file, step: .copy, expected: "a private copy at \(copy)", found: String(describing: error),
        advice: "see that the folder can be written and has room")
    }
    return LibraryImage(
      file: file, hash: hash, path: copy.string, toolchain: image.toolchainText,
      importedStructs: image.importedStructs, signature: signature)
  }

  /// Notes that copies are in use, by their hashes; more often than `Retention.shortest` for as long as they are.
  package func use(_ hashes: Set<String>) {
    for hash in hashes { cache.touch(Self.name(ofCopy: hash)) }
  }

  /// Removes copies that nobody has used for long, but for those with these hashes. Returns how many; nil
  /// where somebody is about to use one.
  package func removeUnused(_ retention: Retention = Retention(), sparing hashes: Set<String>) throws(Errno)
    -> Int?
  {
    try cache.removeUnused(retention, sparing: Set(hashes.map(Self.name(ofCopy:)))) { name in
      name.hasSuffix(".so") && Hexadecimal.bytes(name.dropLast(3))?.count == 32
    }
  }

  private var cache: CacheFolder { CacheFolder(directory.string) }

  private static func name(ofCopy hash: String) -> String { "\(hash).so" }

  /// SHA-256 of the library `file`, hexadecimal, as it would be loaded.
  package static func hash(of file: String) throws(LibraryError) -> String {
    hash(try checkedBytes(of: file, .any).bytes)
  }

  /// SHA-256, hexadecimal.
  package static func hash(_ bytes: [UInt8]) -> String {
    Hexadecimal.text(SHA256.hash(data: bytes))
  }

  /// A link is resolved once; from then on only what was read counts.
  static func checkedBytes(
    of file: String, _ trust: TrustPolicy
  ) throws(LibraryError) -> (bytes: [UInt8], image: AgentImage, signature: [UInt8]) {
    guard let resolved = resolvedPath(file) else {
      throw LibraryError(
        file: file, step: .read, expected: "a readable file", found: String(cString: strerror(errno)),
        advice: "put the library itself there, and see that the host's user may read it")
    }
    let content: RegularFile
    do throws(AgentImageError) {
      content = try RegularFile(reading: resolved, maximumBytes: maximumBytes)
    } catch {
      throw refusal(of: file, at: .read, error)
    }
    let signature = try trust.check(content, at: file, resolved: resolved)
    do throws(AgentImageError) {
      return (content.bytes, try AgentImage(reading: content.bytes), signature)
    } catch {
      throw refusal(of: file, at: .image, error)
    }
  }

  private static func refusal(
    of file: String, at step: LibraryError.Step, _ error: AgentImageError
  ) -> LibraryError {
    LibraryError(file: file, step: step, expected: error.expected, found: error.found, advice: error.advice)
  }

  /// Makes `path` and what it lies in; what is there already stays as it is.
  private static func makeDirectory(_ path: FilePath) throws(Errno) {
    if let error = createDirectory(path), error != .fileExists {
      guard error == .noSuchFileOrDirectory, path.components.count > 1 else { throw error }
      try makeDirectory(path.removingLastComponent())
      try makeDirectory(path)
    }
  }

  /// Whether the copy is there and is what it is named after; a disk may have lost what was written last.
  private static func holds(_ path: FilePath, _ bytes: [UInt8]) throws -> Bool {
    do {
      let kept = try RegularFile.read(path.string, maximumBytes: maximumBytes)
      return areEqual(kept, bytes)
    } catch AgentImageError.unreadable(errno: ENOENT) {
      return false
    }
  }

  /// At once: `==` compares byte by byte, which takes longer than to read both.
  private static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return left.withUnsafeBytes { left in
      right.withUnsafeBytes { right in
        guard let first = left.baseAddress, let second = right.baseAddress else { return true }  // empty
        return memcmp(first, second, left.count) == 0
      }
    }
  }
}

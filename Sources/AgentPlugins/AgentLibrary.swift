import CAgentABI
import Glibc
package import Logging
import Synchronization

/// What a library says it can make, copied and checked.
package struct AgentDescriptor: Sendable, Equatable {
  package let index: UInt32
  package private(set) var role: String
  package let name: String
  package let version: String
  /// Messages at once for one agent; nil: the host's default.
  package private(set) var concurrency: Int?
  /// Seconds for one message that does not say; nil: the host's default.
  package private(set) var timeout: Double?

  /// What a log's line about an agent of this kind bears.
  package func logNames(in library: AgentLibrary) -> Logger.Metadata {
    ["agent": "\(name)", "role": "\(role)", "code": "\(library.hash.prefix(12))"]
  }

  /// With what an operator says, where something is said.
  func served(as role: String, concurrency: Int?, timeout: Double?) -> AgentDescriptor {
    var descriptor = self
    descriptor.role = role
    descriptor.concurrency = concurrency ?? self.concurrency
    descriptor.timeout = timeout
    return descriptor
  }
}

/// A library that has been loaded: mapped for as long as the process lives, since a Swift image
/// that is unmapped breaks every later conformance look-up.
package final class AgentLibrary: @unchecked Sendable {
  // SAFETY: `descriptors` is written in init only; `factory` is used by the loader's thread alone.
  /// Descriptors of one library.
  static let maximumDescriptors: UInt32 = 64
  /// Messages at once for one agent that a descriptor may ask for.
  static let maximumConcurrency: UInt32 = 4096

  /// The file in the agents' folder.
  package let file: String
  /// SHA-256 of its bytes, hexadecimal.
  package let hash: String
  /// What it was built with, for people; empty where that is not known.
  package let toolchain: String
  package let threads: PluginThreads
  private let name: String
  /// Agents made of it that have not ended.
  private let agents = Atomic(0)
  let record: CrashRecord?
  let recorded: CrashRecord.Library
  package private(set) var descriptors: [AgentDescriptor] = []
  // SAFETY: static storage of a library that is never unmapped; written once.
  let factory: UnsafePointer<agenthost_factory_v1>

  /// [loader] Maps the private copy `image` and reads what it can make. `begins` hears of each step before code of the
  /// library's runs in it.
  package init(
    image: LibraryImage, record: CrashRecord? = nil, begins: (LibraryError.Step) -> Void = { _ in }
  ) throws(LibraryError) {
    file = image.file
    name = image.name
    hash = image.hash
    toolchain = image.toolchain
    let (entry, symbol) = try Self.open(image, begins: begins)
    begins(.descriptor)
    factory = entry.pointee.factory
    self.record = record
    recorded = record?.add(image, symbol: symbol) ?? .none
    threads = PluginThreads(name: image.name, record: record)
    descriptors = try readDescriptors()
  }

  /// What is loaded already, with threads of its own, for agents that are made of it anew.
  package init(again other: AgentLibrary) {
    file = other.file
    name = other.name
    hash = other.hash
    toolchain = other.toolchain
    threads = PluginThreads(name: other.name, record: other.record)
    record = other.record
    recorded = other.recorded
    descriptors = other.descriptors
    factory = other.factory
  }

  func agentMade() {
    agents.add(1, ordering: .relaxed)
  }

  func agentEnded() {
    agents.subtract(1, ordering: .relaxed)
    retireIfUnused()
  }

  /// Lets the threads go where no agent is left.
  package func retireIfUnused() {
    if agents.load(ordering: .relaxed) == 0 { threads.retire() }
  }

  /// The entry, and the address of the function that gave it.
  private static func open(
    _ image: LibraryImage, begins: (LibraryError.Step) -> Void
  ) throws(LibraryError) -> (UnsafePointer<agenthost_entry_v1>, UnsafeRawPointer) {
    guard let handle = dlopen(image.path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) else {
      throw LibraryError(
        file: image.file, step: .load, expected: "a library that the system can load",
        found: dlerror().map { String(cString: $0) } ?? "an unknown failure",
        advice: "install what is missing, or build it on this system")
    }
    // SAFETY: the image's check has found the symbol to be a function; its type is the contract's.
    typealias Entry = @convention(c) () -> UnsafePointer<agenthost_entry_v1>?
    begins(.entry)
    guard let symbol = dlsym(handle, "agent_plugin_entry"),
      let entry = unsafeBitCast(symbol, to: Entry.self)()
    else {
      throw LibraryError(
        file: image.file, step: .entry, expected: "agent_plugin_entry to return the library's entry",
        found: "NULL", advice: "return the address of a static agenthost_entry_v1")
    }
    guard entry.pointee.draft == AGENTHOST_DRAFT else {
      throw LibraryError(
        file: image.file, step: .entry, expected: "draft \(AGENTHOST_DRAFT) of the contract",
        found: "draft \(entry.pointee.draft)", advice: "build the agent again with this release's headers")
    }
    return (entry, UnsafeRawPointer(symbol))
  }

  private func readDescriptors() throws(LibraryError) -> [AgentDescriptor] {
    let count = factory.pointee.count(factory)
    guard (1...Self.maximumDescriptors).contains(count) else {
      throw refusal(expected: "1 to \(Self.maximumDescriptors) agents", found: "\(count)")
    }
    var read: [AgentDescriptor] = []
    for index in 0..<count {
      guard let descriptor = factory.pointee.descriptor(factory, index)?.pointee else {
        throw refusal(expected: "descriptor \(index) of \(count)", found: "NULL")
      }
      let role = descriptor.role.copiedText
      guard RoleName.isValid(role) else {
        throw refusal(expected: "a role of \(RoleName.rule)", found: "\"\(role)\"")
      }
      guard !read.contains(where: { $0.role == role }) else {
        throw refusal(expected: "each role once", found: "\"\(role)\" twice")
      }
      guard descriptor.concurrency <= Self.maximumConcurrency else {
        throw refusal(
          expected: "a concurrency of at most \(Self.maximumConcurrency)", found: "\(descriptor.concurrency)")
      }
      read.append(
        AgentDescriptor(
          index: index, role: role, name: LogText.escaped(descriptor.name.copiedText, maximumBytes: 128),
          version: LogText.escaped(descriptor.version.copiedText, maximumBytes: 64),
          concurrency: descriptor.concurrency == 0 ? nil : Int(descriptor.concurrency)))
    }
    return read
  }

  private func refusal(expected: String, found: String) -> LibraryError {
    LibraryError(
      file: file, step: .descriptor, expected: expected, found: found,
      advice: "correct the library's descriptors")
  }
}

/// What a role may be called.
package enum RoleName {
  package static let rule = "1 to 64 of a-z, A-Z, 0-9, _, - and ."

  package static func isValid(_ role: String) -> Bool {
    (1...64).contains(role.utf8.count)
      && role.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
          true
        default: false
        }
      }
  }
}

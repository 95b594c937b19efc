import Glibc

/// Why a file is no agent library for this host.
package enum AgentImageError: Error, Equatable {
  /// A piece of the file that a check is about.
  package enum Part: String, Sendable {
    case file = "content"
    case header = "file header"
    case programHeaders = "program headers"
    case sectionHeaders = "section headers"
    case segment = "program segment"
    case section = "section"
    case symbols = "dynamic symbols"
    case note = "note"
  }

  case unreadable(errno: CInt)
  case notRegular(found: String)
  case tooLarge(found: Int, limit: Int)
  case empty
  case notELF(found: [UInt8])
  case wrongClass(found: UInt8)
  case wrongByteOrder(found: UInt8)
  case wrongMachine(expected: UInt16, found: UInt16)
  case wrongType(found: UInt16)
  case truncated(part: Part, expected: UInt64, found: UInt64)
  case malformed(expected: String, found: String)
  case noEntry
  case entryNotAFunction
  case noNote
  case wrongDraft(expected: UInt32, found: UInt32)
  /// Written in Swift, and linked with a Swift runtime of its own.
  case ownRuntime
}

extension AgentImageError: CustomStringConvertible {
  package var description: String { "expected \(expected), found \(found); \(advice)" }

  /// What a library for this host has there.
  package var expected: String {
    switch self {
    case .unreadable: "a readable file that is no link"
    case .notRegular: "a regular file"
    case .tooLarge(_, let limit): "at most \(limit) bytes"
    case .empty, .notELF: "a shared library, which begins with 7f 45 4c 46"
    case .wrongClass: "ELF class 2 (64-bit)"
    case .wrongByteOrder: "ELF byte order 1 (little-endian)"
    case .wrongMachine(let expected, _): "code for \(Self.machine(expected))"
    case .wrongType: "ELF type 3 (shared library)"
    case .truncated(let part, let expected, _): "\(expected) bytes for its \(part.rawValue)"
    case .malformed(let expected, _): expected
    case .noEntry: "the exported function agent_plugin_entry"
    case .entryNotAFunction: "agent_plugin_entry as a function in the library's code"
    case .noNote: "a note in section .note.agent"
    case .wrongDraft(let expected, _): "draft \(expected)"
    case .ownRuntime: "the system's Swift runtime, libswiftCore.so, as a dependency"
    }
  }

  /// What is there instead.
  package var found: String {
    switch self {
    case .unreadable(let errno): String(cString: strerror(errno))
    case .notRegular(let found): "a \(found)"
    case .tooLarge(let found, _): "\(found) bytes"
    case .empty: "an empty file"
    case .notELF(let found): Self.hexadecimal(found)
    case .wrongClass(let found): "ELF class \(found)"
    case .wrongByteOrder(let found): "ELF byte order \(found)"
    case .wrongMachine(_, let found): "code for \(Self.machine(found))"
    case .wrongType(let found): "ELF type \(found)"
    case .truncated(_, _, let found): "\(found) bytes"
    case .malformed(_, let found): found
    case .noEntry, .noNote: "none"
    case .entryNotAFunction: "something else by that name"
    case .wrongDraft(_, let found): "draft \(found)"
    case .ownRuntime: "none, so a runtime of its own"
    }
  }

  /// What to do about it.
  package var advice: String {
    switch self {
    case .unreadable: "see that the host's user may read it, and put the library itself there"
    case .notRegular, .notELF: "put the library itself there"
    case .tooLarge: "strip it, or link it against shared libraries"
    case .empty, .truncated: "copy it again"
    case .wrongClass, .wrongByteOrder, .wrongMachine: "build the agent for this machine"
    case .wrongType: "link the agent as a dynamic library"
    case .malformed: "build it or copy it again"
    case .noEntry: "write the entry, and see that the link does not hide it"
    case .entryNotAFunction: "declare it as agenthost/agent.h does"
    case .noNote: "build it with AgentSDK, or write AGENTHOST_NOTE in its C code"
    case .wrongDraft: "rebuild the agent against this agenthost"
    case .ownRuntime: "build it without --static-swift-stdlib"
    }
  }

  private static func machine(_ machine: UInt16) -> String {
    switch machine {
    case ELFLayout.machineX86: "x86_64"
    case ELFLayout.machineARM: "aarch64"
    default: "ELF machine \(machine)"
    }
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
  }
}

import Glibc
import SystemPackage
import Testing

@testable import AgentPlugins

/// A record in a file that is gone with the test.
final class RecordFile {
  let descriptor: FileDescriptor
  let record: CrashRecord

  init(subject: String = "redis") throws {
    var path = Array("/tmp/agenthost-record.XXXXXX".utf8CString)
    let number = mkstemp(&path)
    unlink(path)
    descriptor = FileDescriptor(rawValue: number)
    record = try CrashRecord(
      file: descriptor, subject: subject, incarnation: "0123456789abcdef", place: "main")
  }

  deinit { try? descriptor.close() }  // nothing is left to be done where that fails

  func death() throws -> RecordedDeath { try #require(try RecordedDeath(file: descriptor)) }

  func addAgent(_ role: String) -> CrashRecord.Agent {
    record.addAgent(role: role, name: "\(role)-agent", of: addLibrary(role))
  }

  func addLibrary(_ name: String) -> CrashRecord.Library {
    let image = LibraryImage(file: "/agents.d/lib\(name).so", hash: "hash of \(name)", path: "")
    // SAFETY: the address of a function of the C library, for its image; nothing is read through it.
    guard let symbol = dlsym(nil, "getpid").map({ UnsafeRawPointer($0) }) else { return .none }
    return record.add(image, symbol: symbol)
  }
}

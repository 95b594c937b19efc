import CAgentABI
import CCrashRecord
import Glibc
import SeededGenerator
import SystemPackage
import Testing

@testable import AgentPlugins

@Suite struct CrashRecordTests {
  private final class Message: AgentMessage {
    let entry: String
    let messageID: String

    init(entry: String = "1-0", messageID: String = "m") { (self.entry, self.messageID) = (entry, messageID) }

    func withMessage(_ body: (UnsafePointer<agenthost_message_v1>) -> Void) {}

    func withIdentity(
      _ body: (_ entry: UnsafeRawBufferPointer, _ stream: String, _ messageID: UnsafeRawBufferPointer) -> Void
    ) {
      Array(entry.utf8).withUnsafeBytes { entry in
        Array(messageID.utf8).withUnsafeBytes { body(entry, "stream:role:a", $0) }
      }
    }
  }

  @Test func `An agent that is made again takes no more room, however often`() throws {
    let file = try RecordFile()
    let library = file.addLibrary("a")
    for _ in 0..<2 * Int(CRASH_AGENTS) { _ = file.record.addAgent(role: "a", name: "A", of: library) }
    let other = file.record.addAgent(role: "b", name: "A", of: library)
    let table = CallTable(record: file.record) {}
    #expect(table.begin(table.open(), of: other, on: Message()))
    #expect(try file.death().calls.map(\.agent.role) == ["b"])
  }

  @Test func `What has begun and not ended is in the record, with its agent`() throws {
    let file = try RecordFile()
    let agent = file.addAgent("a")
    let table = CallTable(record: file.record) {}
    let tokens = (0..<3).map { _ in table.open() }
    for (number, token) in tokens.enumerated() {
      #expect(table.begin(token, of: agent, on: Message(entry: "\(number)-0", messageID: "m\(number)")))
    }
    #expect(table.complete(tokens[0], .actions([])))
    #expect(table.revoke(tokens[2]))
    let death = try file.death()
    #expect(death.calls.map(\.entry) == ["1-0"])
    #expect(death.calls[0].messageID == "m1" && death.calls[0].stream == "stream:role:a")
    #expect(death.calls[0].agent.role == "a" && death.calls[0].agent.library.hash == "hash of a")
    #expect(!death.calls[0].agent.library.addresses.isEmpty)
    #expect(death.end == nil && !death.isClean && death.isOf(subject: "redis"))
    #expect(death.place == "main")
    file.record.endsClean()
    #expect(try file.death().isClean)
  }

  @Test func `A call that was revoked before it began is not begun`() throws {
    let file = try RecordFile()
    let agent = file.addAgent("a")
    let table = CallTable(record: file.record) {}
    let token = table.open()
    #expect(table.revoke(token))
    #expect(!table.begin(token, of: agent, on: Message()))
    #expect(try file.death().calls == [])
  }

  @Test func `A thread that ends within an agent's work is written down, with what it worked on`() throws {
    let file = try RecordFile()
    let agent = file.addAgent("a")
    let table = CallTable(record: file.record) {}
    let token = table.open()
    _ = table.begin(token, of: agent, on: Message())
    let thread = file.record.enterThread()
    #expect(thread >= 0)
    file.record.run(agent, token.rawValue, on: thread)
    withRecord(of: file.descriptor) { crash_thread_ended($0) }
    file.record.leaveThread(thread)
    let death = try file.death()
    #expect(death.end?.cause == .threadEnded && death.end?.agent?.role == "a")
    #expect(CrashVerdict(death).charge == .one(death.calls[0]))
  }

  @Test func `Text that has no room is cut, and a long subject is still known`() throws {
    let subject = String(repeating: "s", count: 300)
    let file = try RecordFile(subject: subject)
    let agent = file.addAgent(String(repeating: "r", count: 300))
    let table = CallTable(record: file.record) {}
    _ = table.begin(table.open(), of: agent, on: Message(messageID: String(repeating: "m", count: 70_000)))
    let death = try file.death()
    #expect(death.isOf(subject: subject) && !death.isOf(subject: "s"))
    #expect(death.calls[0].messageID.count == Int(CRASH_TEXT))
    #expect(death.calls[0].agent.role.count == Int(CRASH_TEXT))
  }

  @Test func `A call is found behind others that never began`() throws {
    let file = try RecordFile()
    let agent = file.addAgent("a")
    let table = CallTable(record: file.record) {}
    let tokens = (0..<6).map { _ in table.open() }
    #expect(try file.death().calls.isEmpty)
    #expect(table.begin(tokens[5], of: agent, on: Message(messageID: "last")))
    #expect(try file.death().calls.map(\.messageID) == ["last"])
  }

  @Test func `A record that is full takes no more, and nothing breaks`() throws {
    let file = try RecordFile()
    let agents = (0..<300).map { file.addAgent("a\($0)") }
    let table = CallTable(record: file.record) {}
    let tokens = (0..<5000).map { _ in table.open() }
    for token in tokens { #expect(table.begin(token, of: agents[0], on: Message())) }
    #expect(try file.death().calls.count == Int(CRASH_CALLS))
    #expect(try file.death().libraries.count == Int(CRASH_LIBRARIES))
    for token in tokens { #expect(table.revoke(token)) }
    #expect(table.begin(table.open(), of: agents[299], on: Message()))
    #expect(try file.death().calls == [])
  }

  @Test func `A file that is damaged, or none, breaks nobody`() throws {
    let file = try RecordFile()
    var random = SeededGenerator(seed: 5)
    let agent = file.addAgent("a")
    let table = CallTable(record: file.record) {}
    for _ in 0..<50 { _ = table.begin(table.open(), of: agent, on: Message()) }
    let size = Int(crash_record_size())
    for _ in 0..<300 {
      // Mostly where the counts are; the magic number is left, or nothing else would be looked at.
      let offset =
        Bool.random(using: &random)
        ? Int.random(in: 16..<4096, using: &random) : Int.random(in: 16..<size - 8, using: &random)
      let bytes = (0..<8).map { _ in UInt8.random(in: 0...255, using: &random) }
      try file.descriptor.writeAll(toAbsoluteOffset: Int64(offset), bytes)
      let death = try file.death()
      _ = CrashVerdict(death)
      #expect(death.calls.count <= Int(CRASH_CALLS))
    }
    try file.descriptor.writeAll(toAbsoluteOffset: 0, Array("garbage!".utf8))
    #expect(try RecordedDeath(file: file.descriptor) == nil)
    #expect(ftruncate(file.descriptor.rawValue, 100) == 0)
    #expect(try RecordedDeath(file: file.descriptor) == nil)
  }

  private func withRecord(of file: FileDescriptor, _ body: (UnsafeMutableRawPointer) -> Void) {
    let size = Int(crash_record_size())
    guard let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, file.rawValue, 0) else { return }
    body(memory)
    munmap(memory, size)
  }
}

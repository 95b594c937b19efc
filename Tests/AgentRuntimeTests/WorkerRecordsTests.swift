import Testing

@testable import AgentRuntime

@Suite("Workers' records")
struct WorkerRecordsTests {
  @Test("a worker that lives is not dead, and one that ended without a word is")
  func deaths() throws {
    let folder = try TemporaryDirectory()
    let survivor = try WorkerRecords(dataDirectory: folder.path, subject: "redis a", incarnation: "survivor")
    var victim: WorkerRecords? = try WorkerRecords(
      dataDirectory: folder.path, subject: "redis a", incarnation: "victim")
    #expect(try survivor.dead().map(\.incarnation) == [])
    #expect(victim != nil)
    victim = nil
    #expect(try survivor.dead().map(\.incarnation) == ["victim"])
    #expect(try survivor.dead().map(\.incarnation) == ["victim"], "looking changes nothing")
    survivor.forget(["victim"])
    #expect(try survivor.dead().map(\.incarnation) == [])
  }

  @Test("a worker that has ended as it should leaves nothing")
  func retired() throws {
    let folder = try TemporaryDirectory()
    let survivor = try WorkerRecords(dataDirectory: folder.path, subject: "redis a", incarnation: "survivor")
    do {
      let other = try WorkerRecords(dataDirectory: folder.path, subject: "redis a", incarnation: "other")
      other.retire()
    }
    #expect(try survivor.dead().map(\.incarnation) == [])
  }

  @Test("workers on another server, or with other keys, are somebody else's")
  func otherSubjects() throws {
    let folder = try TemporaryDirectory()
    let survivor = try WorkerRecords(dataDirectory: folder.path, subject: "redis a", incarnation: "survivor")
    for subject in ["redis b", "redis ab", "redis"] {
      _ = try WorkerRecords(dataDirectory: folder.path, subject: subject, incarnation: "other")
      #expect(try survivor.dead().map(\.incarnation) == [], "\(subject)")
    }
  }
}

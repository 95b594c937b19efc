import AgentPlugins
import AgentStreams
import Glibc
import SystemPackage
import Testing

@testable import AgentRuntime

@Suite("Workers' records")
struct WorkerRecordsTests {
  @Test("a worker that lives is not dead, and one that ended without a word is")
  func deaths() throws {
    let folder = try TemporaryDirectory()
    let survivor = try WorkerRecords(
      dataDirectory: folder.path, subject: "redis a", incarnation: "survivor", place: .main)
    var victim: WorkerRecords? = try WorkerRecords(
      dataDirectory: folder.path, subject: "redis a", incarnation: "victim", place: .main)
    #expect(try survivor.dead().map(\.incarnation) == [])
    #expect(victim != nil)
    victim = nil
    #expect(try survivor.dead().map(\.incarnation) == ["victim"])
    #expect(try survivor.dead().map(\.incarnation) == ["victim"], "looking changes nothing")
    // Others look at the same moment, since all are told.
    let other = try FileDescriptor.open(folder.path + "/workers/victim", .readOnly)
    #expect(flock(other.rawValue, LOCK_SH | LOCK_NB) == 0)
    #expect(try survivor.dead().map(\.incarnation) == ["victim"])
    try other.close()
    survivor.forget(["victim"])
    #expect(try survivor.dead().map(\.incarnation) == [])
  }

  @Test("that a death was called to account stays written down, for whoever looks later")
  func accounted() throws {
    let folder = try TemporaryDirectory()
    let survivor = try WorkerRecords(
      dataDirectory: folder.path, subject: "redis a", incarnation: "survivor", place: .main)
    for name in ["first", "second"] {
      _ = try WorkerRecords(
        dataDirectory: folder.path, subject: "redis a", incarnation: name, place: .probation(of: .main))
    }
    let before = try survivor.dead()
    #expect(before.map { $0.death?.isAccounted } == [false, false])
    try survivor.markAccounted("second")
    try survivor.markAccounted("gone")
    let dead = try survivor.dead()
    #expect(dead.map { $0.death?.isAccounted } == [false, true])
    #expect(dead.map { $0.worker.wasOnProbation } == [true, true])
  }

  @Test("a worker that has ended as it should leaves nothing")
  func retired() throws {
    let folder = try TemporaryDirectory()
    let survivor = try WorkerRecords(
      dataDirectory: folder.path, subject: "redis a", incarnation: "survivor", place: .main)
    do {
      let other = try WorkerRecords(
        dataDirectory: folder.path, subject: "redis a", incarnation: "other", place: .main)
      other.retire()
    }
    #expect(try survivor.dead().map(\.incarnation) == [])
  }

  @Test("workers on another server, or with other keys, are somebody else's")
  func otherSubjects() throws {
    let folder = try TemporaryDirectory()
    let survivor = try WorkerRecords(
      dataDirectory: folder.path, subject: "redis a", incarnation: "survivor", place: .main)
    for subject in ["redis b", "redis ab", "redis"] {
      _ = try WorkerRecords(dataDirectory: folder.path, subject: subject, incarnation: "other", place: .main)
      #expect(try survivor.dead().map(\.incarnation) == [], "\(subject)")
    }
  }
}

import Testing

@testable import AgentStreams

@Suite struct CommitWritesTests {
  private func write(_ number: Int) -> CommitWrite { .forward("\(number)", to: "stream:role:a") }

  private let end = CommitWrite.end(
    .init(request: "r", state: .done, kept: 1, list: "l", envelope: [], timeToLive: 0))

  @Test(arguments: 0..<5)
  func `They are a list, however many there are`(count: Int) {
    let all = (0..<count).map(write)
    var appended = CommitWrites()
    for write in all { appended.append(write) }
    for writes in [CommitWrites(all), appended] {
      #expect(writes.count == count && writes.isEmpty == (count == 0))
      #expect(Array(writes) == all)
      #expect(writes.indices.map { writes[$0] } == all)
      #expect((writes.first, writes.last) == (all.first, all.last))
      var seen: [CommitWrite] = []
      writes.forEach { seen.append($0) }
      #expect(seen == all)
      #expect(writes == appended && writes != appended + [write(9)])
      #expect(Array([write(8)] + writes) == [write(8)] + all)
      #expect(!writes.endsRequest && (writes + [end]).endsRequest && ([end] + writes).endsRequest)
    }
  }
}

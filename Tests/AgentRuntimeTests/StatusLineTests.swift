import AgentPlugins
import AgentRuntime
import Glibc
import Logging
import Testing

@Suite("Status lines")
struct StatusLineTests {
  @Test(
    "What is said is heard",
    arguments: [
      StatusLine.ready, .suspects, .cleared, .replace(reason: "asked for by an operator"), .places([]),
      .places(["a", "B-2.c_d"]),
    ])
  func roundTrip(line: StatusLine) {
    #expect(StatusLine(line.text) == line)
  }

  @Test(
    "What is none of them is none",
    arguments: [
      "", "Ready", "suspects now", "cleared ", "ready ", "ready now", "replace", "place a", "places  a",
      "places a/b", "places a a",
      "places main", "places \(String(repeating: "x", count: PlaceName.maximumBytes + 1))",
      "places " + (0..<65).map { "p\($0)" }.joined(separator: " "),
    ])
  func unknown(text: String) {
    #expect(StatusLine(text) == nil)
  }

  @Test func theLongestLineOfPlacesFits() {
    let names = (0..<PlaceName.maximumCount).map { number in
      String(repeating: "x", count: PlaceName.maximumBytes - 2) + "\(number + 10)"
    }
    let line = StatusLine.places(names)
    #expect(line.text.utf8.count <= StatusLine.maximumBytes)
    #expect(StatusLine(line.text) == line)
  }

  @Test func aReasonStaysOneLine() {
    #expect(StatusLine.replace(reason: "a\nready").text == #"replace a\nready"#)
  }

  @Test func aFullPipeHoldsNobodyUp() throws {
    let pipe = try OwnedDescriptor.pipe()
    let link = try SupervisorLink(descriptor: pipe.writing.number)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    // More than any pipe holds by default.
    for _ in 0..<100 { link.say(.replace(reason: String(repeating: "x", count: 1_000)), logger: logger) }
    try pipe.reading.makeNonBlocking()
    var buffer = StatusLineBuffer()
    var lines: [StatusLineBuffer.Line] = []
    var chunk = [UInt8](repeating: 0, count: 4_096)
    while case let count = read(pipe.reading.number, &chunk, chunk.count), count > 0 {
      lines += buffer.append(chunk[..<count])
    }
    let whole = StatusLineBuffer.Line.known(.replace(reason: String(repeating: "x", count: 1_000)))
    #expect((1..<100).contains(lines.count))
    #expect(lines.allSatisfy { $0 == whole }, "what did not fit was dropped whole")
    link.say(.ready, logger: logger)
    let count = read(pipe.reading.number, &chunk, chunk.count)
    #expect(String(decoding: chunk.prefix(max(0, count)), as: UTF8.self) == "ready\n")
  }
}

@Suite("Whom the kernel ends first")
struct OutOfMemoryScoreTests {
  private let folder: TemporaryDirectory
  private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  init() throws {
    folder = try TemporaryDirectory()
  }

  private func score(after content: String) throws -> String {
    let path = folder.path + "/score"
    let file = OwnedDescriptor(open(path, O_CREAT | O_TRUNC | O_RDWR, 0o600))
    try #require(write(file.number, content, content.utf8.count) == content.utf8.count)
    OutOfMemoryScore.raise(to: 500, path: path, logger: logger)
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = pread(file.number, &bytes, bytes.count, 0)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }

  @Test func aScoreIsRaisedAndNeverLowered() throws {
    #expect(try score(after: "0\n").hasPrefix("0\n500"))
    #expect(try score(after: "500\n") == "500\n")
    #expect(try score(after: "900\n") == "900\n")
  }

  @Test func whereItCannotBeRaisedTheWorkerGoesOn() {
    OutOfMemoryScore.raise(path: folder.path + "/absent", logger: logger)
  }
}

import AgentPlugins
import Glibc
import StrictJSON

/// How one worker died, in words and as JSON.
struct CrashReport {
  private let death: RecordedDeath
  private let verdict: CrashVerdict
  private let incarnation: Incarnation
  private let exit: ProcessExit
  private let now: timespec

  init(_ death: RecordedDeath, incarnation: Incarnation, exit: ProcessExit) {
    self.death = death
    self.incarnation = incarnation
    self.exit = exit
    verdict = CrashVerdict(death)
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    self.now = now
  }

  /// Whether it is known whose code it was.
  var isExplained: Bool { verdict.library != nil }

  /// Begins with the time, in UTC.
  var fileName: String { "\(Self.format("%Y%m%dT%H%M%SZ", now))-\(incarnation).json" }

  /// UTC.
  var time: String { Self.format("%Y-%m-%dT%H:%M:%SZ", now) }

  /// One line.
  var summary: String {
    "worker \(incarnation) died: \(how)" + (whose.map { ", in \($0)" } ?? "") + charge
  }

  private var how: String {
    switch death.end?.cause {
    case .signal(let number, let address):
      "\(signalName(number))" + (address.map { " at address 0x\(String($0, radix: 16))" } ?? "")
    case .exit(let status): "exit(\(status)) was called"
    case .threadEnded: "a thread of the host's was ended"
    case nil: "\(exit), without a word of its own"
    }
  }

  private var whose: String? {
    if let agent = verdict.agent {
      return "agent \(agent.name) (\(LogText.escaped(agent.role)), \(Self.text(agent.library)))"
    }
    return verdict.library.map(Self.text)
  }

  private var charge: String {
    switch verdict.charge {
    case .nobody: "; no message is charged"
    case .one(let call): ", working on message \(Self.text(call))"
    case .oneOf(let calls): "; one of \(calls.count) messages is the cause: " + Self.text(calls)
    case .perhaps(let calls): "; one of \(calls.count) messages may be the cause: " + Self.text(calls)
    }
  }

  private static func text(_ calls: [RecordedDeath.Call]) -> String {
    calls.prefix(namedMessages).map(text).joined(separator: ", ") + (calls.count > namedMessages ? ", …" : "")
  }

  /// Messages that the log names.
  private static let namedMessages = 4

  private static func text(_ call: RecordedDeath.Call) -> String {
    "\(LogText.escaped(call.messageID)) (entry \(call.entry) of \(LogText.escaped(call.stream)))"
  }

  private static func text(_ library: RecordedDeath.Library) -> String {
    "\(LogText.escaped(library.file)), hash \(library.hash.prefix(12))"
  }

  var json: String {
    var members: [JSONValue.Member] = [
      .init("time", .string(time)),
      .init("worker", .string(incarnation.description)),
      .init("process", .string("\(exit)")),
      .init("cause", .string(how)),
      .init("agent", verdict.agent.map(Self.json) ?? .null),
      .init("library", verdict.library.map(Self.json) ?? .null),
      .init("charged", .array(verdict.charged.map(Self.json))),
      .init("suspected", .array(verdict.suspected.map(Self.json))),
      .init("in_work", .array(death.calls.map(Self.json))),
    ]
    if let end = death.end {
      members.append(.init("thread", .number(Int(end.thread))))
      members.append(.init("frames", .array(end.frames.map(frame))))
      members.append(.init("on_stack", .array(end.words.map(frame))))
      let addresses = end.frames + end.words
      let images = death.libraries.filter { addresses.contains(where: $0.addresses.contains) }
      members.append(.init("images", .array(images.map(Self.json))))
    }
    var bytes: [UInt8] = []
    JSONValue.object(members).write(into: &bytes)
    return String(decoding: bytes, as: UTF8.self) + "\n"
  }

  /// Where in a library the address lies, or the bare address.
  private func frame(_ address: UInt64) -> JSONValue {
    let library = death.libraries.first { $0.addresses.contains(address) }
    let place = library.map { "\($0.file)+0x\(String(address - $0.addresses.lowerBound, radix: 16))" }
    return .string(place ?? "0x\(String(address, radix: 16))")
  }

  private static func json(_ agent: RecordedDeath.Agent) -> JSONValue {
    .object([.init("name", .string(agent.name)), .init("role", .string(agent.role))])
  }

  private static func json(_ library: RecordedDeath.Library) -> JSONValue {
    .object([.init("file", .string(library.file)), .init("hash", .string(library.hash))])
  }

  private static func json(_ call: RecordedDeath.Call) -> JSONValue {
    .object([
      .init("message_id", .string(call.messageID)), .init("stream", .string(call.stream)),
      .init("entry", .string(call.entry)), .init("role", .string(call.agent.role)),
    ])
  }

  private static func format(_ format: String, _ time: timespec) -> String {
    var seconds = time.tv_sec
    var parts = tm()
    gmtime_r(&seconds, &parts)
    var text = [CChar](repeating: 0, count: 32)
    let length = strftime(&text, text.count, format, &parts)
    return String(decoding: text[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

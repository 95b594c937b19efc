import CCrashRecord
import Glibc
import Logging
package import SystemPackage

/// What this worker writes down of itself while it works, in a file that outlives it: which agent works on what, on
/// which thread, and how the process died. Who comes after reads it as a ``RecordedDeath``.
///
/// Thread-safe: each part is written by one thread at a time, and read after the process' death only.
package final class CrashRecord: @unchecked Sendable {
  // SAFETY: points to a mapping of the whole struct, which stays for as long as the process lives, since threads of
  // agents may outlive this object. What two threads may write at once is written by atomic steps.
  private let record: OpaquePointer
  /// Of the watchdog that looks at it.
  let rest = WatchdogRest()

  /// An agent by its number in the record. What finds no room there goes on without.
  package struct Agent: Sendable {
    fileprivate let index: Int32

    package static let none = Agent(index: -1)
  }

  /// A library by its number.
  package struct Library: Sendable {
    fileprivate let index: Int32

    package static let none = Library(index: -1)
  }

  /// Gives `file`, which is empty and open for reading and writing, its size, and begins the record. `subject` is what
  /// the worker works on: a record of another subject is none of a successor's business. `place` is where it works.
  package init(
    file: FileDescriptor, subject: String, incarnation: String, place: String
  ) throws(Errno) {
    let size = Int(crash_record_size())
    guard ftruncate(file.rawValue, off_t(size)) == 0 else { throw Errno(rawValue: errno) }
    guard
      let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, file.rawValue, 0), memory != MAP_FAILED
    else { throw Errno(rawValue: errno) }
    // Little of it will be used, so there is nothing to be read ahead.
    madvise(memory, size, MADV_RANDOM)
    // SAFETY: the file is new, so its bytes are zero, which is a record with nothing in it.
    record = OpaquePointer(memory)
    crash_record_init(record)
    Self.set(crash_subject(record), subject)
    Self.set(crash_incarnation(record), incarnation)
    Self.set(crash_place(record), place)
  }

  /// From now on the way in which this process dies is written down. Once in a process.
  package func watch() throws(Errno) {
    let failure = crash_watch(record)
    guard failure == 0 else { throw Errno(rawValue: failure) }
  }

  /// The process ends as it should.
  package func endsClean() { crash_clean(record) }

  /// [loader] `symbol` is an address in the library's image.
  func add(_ image: LibraryImage, symbol: UnsafeRawPointer) -> Library {
    // What was refused after it had been mapped comes again with each look.
    let known = (0..<crash_library_count(record)).first { index in
      Self.text(crash_library_file(record, index)) == String(image.file.utf8.prefix(Int(CRASH_TEXT)))
        && Self.text(crash_library_hash(record, index)) == image.hash
    }
    if let known { return Library(index: Int32(known)) }
    let library = Library(index: crash_add_library(record, symbol))
    guard library.index >= 0 else { return .none }
    Self.set(crash_library_file(record, UInt32(library.index)), image.file)
    Self.set(crash_library_hash(record, UInt32(library.index)), image.hash)
    return library
  }

  /// [loader] One that is made again, of code that is loaded already, is the same: there is room for so many.
  func addAgent(role: String, name: String, of library: Library) -> Agent {
    guard library.index >= 0 else { return .none }
    let known = (0..<crash_agent_count(record)).first { agent in
      crash_agent_library(record, agent) == UInt32(library.index)
        && Self.text(crash_agent_role(record, agent)) == role
        && Self.text(crash_agent_name(record, agent)) == name
    }
    if let known { return Agent(index: Int32(known)) }
    let agent = Agent(index: crash_add_agent(record, UInt32(library.index)))
    guard agent.index >= 0 else { return .none }
    Self.set(crash_agent_role(record, UInt32(agent.index)), role)
    Self.set(crash_agent_name(record, UInt32(agent.index)), name)
    return agent
  }

  /// The call has begun: from here until `end` its message may be what kills the worker.
  func begin(_ token: CallToken, of agent: Agent, on message: any AgentMessage) {
    guard agent.index >= 0, token.slot < Int(CRASH_CALLS) else { return }
    message.withIdentity { entry, stream, messageID in
      crash_text_set(crash_call_entry(record, token.index), entry.baseAddress, UInt64(entry.count))
      Self.set(crash_call_stream(record, token.index), stream)
      crash_text_set(crash_call_message(record, token.index), messageID.baseAddress, UInt64(messageID.count))
    }
    crash_call_begin(record, token.index, token.rawValue, UInt32(agent.index))
  }

  /// The call has ended, or nobody waits for it any more.
  func end(_ token: CallToken) {
    crash_call_end(record, token.index, token.rawValue)
  }

  /// The calling thread runs agents' code from now on; returns its number for `run` and `leave`.
  func enterThread() -> Int32 { crash_thread_enter(record) }

  func leaveThread(_ thread: Int32) { crash_thread_leave(record, thread) }

  /// What the calling thread does from now on; a token of 0 is no message's.
  func run(_ agent: Agent, _ token: UInt64, on thread: Int32) {
    crash_thread_run(record, thread, agent.index, token)
    if agent.index >= 0 { rest.end() }
  }

  func idle(_ thread: Int32) { crash_thread_run(record, thread, -1, 0) }

  /// Takes priority from a thread that does an agent's work. It is marked first, so that it learns of it however soon it
  /// gives its work back.
  func lower(_ thread: UInt32) {
    guard let index = (0..<UInt32(CRASH_THREADS)).first(where: { crash_thread_id(record, $0) == thread })
    else {
      return  // it has ended
    }
    crash_thread_lower(record, index)
    ThreadPriority.lower(thread)
  }

  /// Whether the calling thread's priority was lowered.
  func isLowered(_ thread: Int32) -> Bool {
    thread >= 0 && crash_thread_is_lowered(record, UInt32(thread)) != 0
  }

  /// Threads that do an agent's work just now. Read while they go on: a look now and then must not hold them up.
  var working: [StallWatch.Work] {
    (0..<UInt32(CRASH_THREADS)).compactMap { index in
      let since = crash_thread_since(record, index)
      let agent = crash_thread_agent(record, index)
      guard since != 0, agent >= 0 else { return nil }
      let token = crash_thread_token(record, index)
      let thread = crash_thread_id(record, index)
      return StallWatch.Work(
        thread: thread, agent: agent, token: token, since: .nanoseconds(Int64(clamping: since)),
        processorTime: ThreadPriority.processorTime(of: thread), isOver: token != 0 && !isBegun(token))
    }
  }

  /// Whether somebody still waits for the call.
  private func isBegun(_ token: UInt64) -> Bool {
    let slot = CallToken(rawValue: token).index
    // What has no place in the record is not known to have ended.
    return slot >= UInt32(CRASH_CALLS) || crash_call_token(record, slot) == token
  }

  /// Which agent it is, and which message it works on, for people.
  func name(of work: StallWatch.Work) -> String {
    guard isKnown(work) else { return "an agent" }
    let name = name(ofAgent: UInt32(work.agent))
    guard let message = message(of: work) else { return name }
    guard isBegun(work.token) else { return name + ", on a message that has ended," }
    return name + ", on message \(LogText.escaped(message)),"
  }

  /// The same, as a log's line about it bears it.
  func logNames(of work: StallWatch.Work) -> Logger.Metadata {
    guard isKnown(work) else { return [:] }
    let agent = UInt32(work.agent)
    var names: Logger.Metadata = [
      "agent": "\(Self.text(crash_agent_name(record, agent)))",
      "role": "\(Self.text(crash_agent_role(record, agent)))",
    ]
    if isBegun(work.token), let message = message(of: work) { names["message_id"] = "\(message)" }
    return names
  }

  private func isKnown(_ work: StallWatch.Work) -> Bool {
    work.agent >= 0 && work.agent < crash_agent_count(record)
  }

  /// Whatever lies in its place by now, where its call has ended.
  private func message(of work: StallWatch.Work) -> String? {
    let slot = CallToken(rawValue: work.token).index
    guard work.token != 0, slot < UInt32(CRASH_CALLS) else { return nil }
    return Self.text(crash_call_message(record, slot))
  }

  /// The agents that have a thread, or a call that has not ended, for people.
  var agentsAtWork: [String] {
    let calls = (0..<UInt32(CRASH_CALLS)).filter { crash_call_token(record, $0) != 0 }
    let agents = working.map { UInt32(bitPattern: $0.agent) } + calls.map { crash_call_agent(record, $0) }
    return Set(agents).filter { $0 < crash_agent_count(record) }.map(name(ofAgent:)).sorted()
  }

  private func name(ofAgent agent: UInt32) -> String {
    "agent \(Self.text(crash_agent_name(record, agent))) (\(Self.text(crash_agent_role(record, agent))))"
  }

  private static func text(_ text: OpaquePointer?) -> String {
    // SAFETY: the length is of what lies within the text's own bytes.
    let bytes = UnsafeRawBufferPointer(start: crash_text_bytes(text), count: Int(crash_text_length(text)))
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func set(_ text: OpaquePointer?, _ string: String) {
    var string = string
    string.withUTF8 { crash_text_set(text, $0.baseAddress, UInt64($0.count)) }
  }
}

import CCrashRecord
import Glibc
package import SystemPackage

/// What a worker that has died had written down; read from its file, of which nothing is trusted.
package struct RecordedDeath: Sendable, Equatable {
  package struct Library: Sendable, Equatable {
    package var file: String
    /// SHA-256, hexadecimal.
    package var hash: String
    /// Where its image lay.
    package var addresses: Range<UInt64>
  }

  package struct Agent: Sendable, Equatable {
    package var role: String
    package var name: String
    package var library: Library
  }

  /// A message that was in an agent's hands.
  package struct Call: Sendable, Equatable {
    package var token: UInt64
    package var agent: Agent
    package var entry: String
    package var stream: String
    package var messageID: String
  }

  package enum Cause: Sendable, Equatable {
    /// By its own doing; the address that could not be used, where there is one.
    case signal(Int32, address: UInt64?)
    /// Somebody called `exit` with this status.
    case exit(Int32)
    /// An agent ended a thread of the host's.
    case threadEnded
  }

  package struct End: Sendable, Equatable {
    package var cause: Cause
    package var thread: UInt32
    /// Whose job the thread was doing, where it was one of the plugins' threads.
    package var agent: Agent?
    /// Of the call that the job belonged to; 0 for none.
    package var token: UInt64
    /// Innermost first.
    package var frames: [UInt64]
    /// Addresses within agents' libraries that were found on the stack, innermost first.
    package var words: [UInt64]
  }

  package var isClean: Bool
  /// Whether the code that it died of has been called to account: once, whatever becomes of that.
  package var isAccounted: Bool
  package var subject: String
  package var incarnation: String
  /// Where it worked.
  package var place: String
  /// Nil where the process was killed from outside, or with nothing left to write.
  package var end: End?
  /// In agents' hands at that moment.
  package var calls: [Call]
  package var libraries: [Library]
  package var agents: [Agent] = []
}

extension RecordedDeath {
  /// Whether it is a worker's that worked on `subject`; a long one is compared as far as it is kept.
  package func isOf(subject: String) -> Bool {
    self.subject == String(decoding: subject.utf8.prefix(Int(CRASH_TEXT)), as: UTF8.self)
  }

  /// Reads a record; nil where the file is none.
  package init?(file: FileDescriptor) throws(Errno) {
    let size = Int(crash_record_size())
    var information = stat()
    guard fstat(file.rawValue, &information) == 0 else { throw Errno(rawValue: errno) }
    guard information.st_size >= size else { return nil }
    guard
      let memory = mmap(nil, size, PROT_READ, MAP_SHARED, file.rawValue, 0), memory != MAP_FAILED
    else { throw Errno(rawValue: errno) }
    defer { munmap(memory, size) }
    // SAFETY: the mapping holds a whole record, all of it plain numbers for which any bytes will do; nothing of it is
    // written, though the accessors' type would allow it.
    let record = OpaquePointer(memory)
    guard crash_record_is_valid(record) == 1 else { return nil }
    self.init(reading: record)
  }

  /// Writes into a record, open for writing, that its death has been counted.
  package static func markAccounted(in file: FileDescriptor) throws(Errno) {
    var one: UInt32 = 1
    let count = pwrite(file.rawValue, &one, MemoryLayout<UInt32>.size, off_t(crash_accounted_offset()))
    guard count == MemoryLayout<UInt32>.size else { throw Errno(rawValue: count < 0 ? errno : EIO) }
  }

  private init(reading record: OpaquePointer) {
    isClean = crash_is_clean(record) != 0
    isAccounted = crash_is_accounted(record) != 0
    subject = Self.text(crash_subject(record))
    incarnation = Self.text(crash_incarnation(record))
    place = Self.text(crash_place(record))
    let libraries = (0..<crash_library_count(record)).map { index in
      let start = crash_library_start(record, index)
      return Library(
        file: Self.text(crash_library_file(record, index)),
        hash: Self.text(crash_library_hash(record, index)),
        addresses: start..<max(start, crash_library_end(record, index)))
    }
    let agents = (0..<crash_agent_count(record)).map { index -> Agent? in
      let library = Int(crash_agent_library(record, index))
      guard libraries.indices.contains(library) else { return nil }
      return Agent(
        role: Self.text(crash_agent_role(record, index)), name: Self.text(crash_agent_name(record, index)),
        library: libraries[library])
    }
    func agent(_ index: Int) -> Agent? { agents.indices.contains(index) ? agents[index] : nil }
    self.libraries = libraries
    self.agents = agents.compactMap(\.self)
    calls = (0..<crash_call_count(record)).compactMap { index in
      let token = crash_call_token(record, index)
      guard token != 0, let agent = agent(Int(crash_call_agent(record, index))) else { return nil }
      return Call(
        token: token, agent: agent, entry: Self.text(crash_call_entry(record, index)),
        stream: Self.text(crash_call_stream(record, index)),
        messageID: Self.text(crash_call_message(record, index)))
    }
    end = Self.end(of: record, agent: agent)
  }

  private static func end(of record: OpaquePointer, agent: (Int) -> Agent?) -> End? {
    let number = crash_end_number(record)
    let address = crash_end_address(record)
    let cause: Cause
    switch Int(crash_end_kind(record)) {
    case Int(CRASH_SIGNAL): cause = .signal(number, address: address == 0 ? nil : address)
    case Int(CRASH_EXIT): cause = .exit(number)
    case Int(CRASH_THREAD): cause = .threadEnded
    default: return nil
    }
    return End(
      cause: cause, thread: crash_end_thread(record), agent: agent(Int(crash_end_agent(record))),
      token: crash_end_token(record),
      frames: (0..<crash_end_frame_count(record)).map { crash_end_frame(record, $0) },
      words: (0..<crash_end_word_count(record)).map { crash_end_word(record, $0) })
  }

  private static func text(_ text: OpaquePointer?) -> String {
    // SAFETY: the length is of what lies within the text's own bytes.
    let bytes = UnsafeRawBufferPointer(start: crash_text_bytes(text), count: Int(crash_text_length(text)))
    return String(decoding: bytes, as: UTF8.self)
  }
}

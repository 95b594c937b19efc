import AgentPlugins
import CAgentABI
import Glibc

/// Whether an agent keeps to the contract, as far as one message shows: it starts, completes what it is given once,
/// bears being cancelled, and stops. Blocks its thread; whoever watches the process limits how long.
struct Conformance {
  private let completed: OwnedDescriptor
  private let completing: OwnedDescriptor
  private let calls: CallTable

  init() throws(SystemCallError) {
    (completed, completing) = try OwnedDescriptor.pipe()
    let number = completing.number
    calls = CallTable { _ = write(number, "x", 1) }
  }

  /// The table that the agent is to be made with.
  var table: CallTable { calls }

  func check(_ instance: AgentInstance, begins: (LibraryError.Step) -> Void) throws(LibraryError) {
    begins(.start)
    if case .failure(let text) = result(of: calls.open(), instance.start) {
      throw refusal(of: instance, at: .start, expected: "start to succeed", found: text)
    }
    begins(.conformance)
    let first = calls.open()
    // An agent may well refuse it: what counts is that it says so.
    _ = result(of: first) { give(to: instance, $0) }
    let second = calls.open()
    give(to: instance, second)
    instance.cancel(second)
    _ = result(of: second) { _ in }
    instance.cancel(first)
    if case .failure(let text) = result(of: calls.open(), instance.stop) {
      throw refusal(of: instance, at: .conformance, expected: "stop to succeed", found: text)
    }
  }

  private func give(to instance: AgentInstance, _ token: CallToken) {
    instance.library.threads.enqueue(.message(token, SampleMessage(instance: instance)))
  }

  /// How the call ends that `body` begins.
  private func result(of token: CallToken, _ body: (CallToken) -> Void) -> CallResult {
    body(token)
    var completions: [CallCompletion] = []
    while true {
      calls.takeCompletions(into: &completions)
      for completion in completions where completion.token == token { return completion.result }
      var end = pollfd(fd: completed.number, events: Int16(POLLIN), revents: 0)
      poll(&end, 1, -1)
      var byte: UInt8 = 0
      _ = read(completed.number, &byte, 1)
    }
  }

  private func refusal(
    of instance: AgentInstance, at step: LibraryError.Step, expected: String, found: String
  ) -> LibraryError {
    LibraryError(
      file: instance.library.file, step: step,
      expected: "\(expected), in \(instance.descriptor.name)", found: found,
      advice: "mend the agent; the contract is in agenthost/agent.h")
  }
}

/// A message that could be any.
private final class SampleMessage: AssignedMessage {
  let instance: AgentInstance

  init(instance: AgentInstance) { self.instance = instance }

  func withIdentity(
    _ body: (_ entry: UnsafeRawBufferPointer, _ stream: String, _ messageID: UnsafeRawBufferPointer) -> Void
  ) {
    withUnsafeBytes(of: ()) { body($0, "", $0) }
  }

  func withMessage(_ body: (UnsafePointer<agenthost_message_v1>) -> Void) {
    text("conformance") { name in
      text("task") { kind in
        text(#"{"text":"conformance"}"#) { payload in
          var message = agenthost_message_v1(
            conversation_id: name, message_id: name, sender_role: name, sender_agent_id: name, kind: kind,
            payload: payload, timeout_seconds: 60, process_count: 0, deliveries: 1)
          body(&message)
        }
      }
    }
  }

  private func text(_ string: StaticString, _ body: (agenthost_text_v1) -> Void) {
    string.withUTF8Buffer { bytes in
      // SAFETY: characters of C are bytes, and those of a static string stay where they are.
      let start = UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
      body(agenthost_text_v1(bytes: start, length: bytes.count))
    }
  }
}
